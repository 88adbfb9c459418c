import Platform
import Runs
import Yams

extension Settings {
    /// The settings of a workspace folder, and the invalid parts of the file.
    ///
    /// A missing file gives the defaults. No error in it is fatal: with a misspelled key, the
    /// screen still opens.
    public static func read(folder: String) -> (settings: Settings, problems: [String]) {
        do {
            return try parsed(folder: folder)
        } catch {
            return (Settings(), ["\(error.message) The defaults are used."])
        }
    }

    /// The settings of a workspace folder, for callers that must not fall back on the defaults.
    ///
    /// - Throws: ``WorkspaceError`` if the file cannot be parsed.
    static func readable(folder: String) throws(WorkspaceError) -> Settings {
        try parsed(folder: folder).settings
    }

    private static func parsed(
        folder: String
    ) throws(WorkspaceError) -> (settings: Settings, problems: [String]) {
        let path = WorkspaceLayout(folder: folder).settings
        // A pipe without a writer would block every command, and a device may have no end.
        guard !FilePaths.isSpecial(path) else { throw unreadable(path, "is not a regular file") }
        guard let bytes = try WorkspaceError.translating({ try Files.read(path) }) else {
            return (Settings(), [])
        }
        return try parse(String(decoding: bytes, as: UTF8.self), path: path)
    }

    /// Writes the settings into a workspace folder, replacing the file.
    ///
    /// - Throws: ``WorkspaceError`` if there is a file that cannot be parsed: it may contain other
    ///   settings.
    public func write(folder: String) throws {
        _ = try Self.readable(folder: folder)
        let path = WorkspaceLayout(folder: folder).settings
        var lines: [String] = ["# Settings of workbench. Missing keys have their defaults."]
        for (key, value) in texts { lines.append("\(key.rawValue): \(Self.quoted(value))") }
        lines.append("\(Key.bell.rawValue): \(bell)")
        if !concurrency.isEmpty {
            lines.append("\(Key.concurrency.rawValue):")
            for (tag, limit) in concurrency.sorted(by: { $0.key < $1.key }) {
                lines.append("  \(Self.quoted(tag)): \(limit)")
            }
        }
        if cancelGrace != Settings().cancelGrace {
            lines.append("\(Key.cancelGrace.rawValue): \(cancelGrace)")
        }
        lines += alerts.lines(quoted: Self.quoted)
        try Files.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: path)
    }

    private enum Key: String, CaseIterable {
        case theme
        case defaultModel = "default_model"
        case experiment
        case bell
        case concurrency
        case cancelGrace = "cancel_grace_seconds"
        case alerts
    }

    private var texts: [(Key, String)] {
        [(Key.theme, theme), (.defaultModel, defaultModel), (.experiment, experiment)]
            .compactMap { key, value in value.map { (key, $0) } }
    }

    private static func parse(
        _ text: String,
        path: String
    ) throws(WorkspaceError) -> (settings: Settings, problems: [String]) {
        var settings = Settings()
        var problems: [String] = []
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw unreadable(path, "is not YAML (\(firstLine("\(error)")))")
        }
        guard let root else { return (settings, []) }
        guard let mapping = root.mapping else {
            // A file with only comments is an empty scalar.
            guard root.scalar?.string.isEmpty != true else { return (settings, []) }
            throw unreadable(path, "contains no keys and values")
        }
        for (keyNode, node) in mapping {
            let line = keyNode.mark.map { "\(path):\($0.line)" } ?? path
            let name = keyNode.string ?? "?"
            guard let key = Key(rawValue: name) else {
                let known = Key.allCases.map(\.rawValue).joined(separator: ", ")
                problems.append("\(line): \(name) is not a setting; these are: \(known).")
                continue
            }
            switch key {
            case .alerts: settings.alerts = AlertSettings(node, path: path, problems: &problems)
            case .bell:
                if let flag = node.bool {
                    settings.bell = flag
                } else {
                    problems.append("\(line): bell must be true or false.")
                }
            case .concurrency:
                guard let limits = limits(node) else {
                    problems.append(
                        "\(line): concurrency must give tags whole numbers above 0, as {gpu: 1}."
                    )
                    continue
                }
                settings.concurrency = limits
            case .cancelGrace:
                if let seconds = node.float, seconds >= 0, seconds.isFinite {
                    settings.cancelGrace = seconds
                } else {
                    problems.append("\(line): cancel_grace_seconds must be a number of seconds.")
                }
            case .theme, .defaultModel, .experiment:
                guard let value = node.scalar?.string, !value.isEmpty else {
                    problems.append("\(line): \(name) must be a non-empty text.")
                    continue
                }
                switch key {
                case .theme: settings.theme = value
                case .defaultModel: settings.defaultModel = value
                default: settings.experiment = value
                }
            }
        }
        return (settings, problems)
    }

    private static func limits(_ node: Node) -> [String: Int]? {
        guard let mapping = node.mapping else { return nil }
        var limits: [String: Int] = [:]
        for (key, value) in mapping {
            guard let tag = key.string, let limit = value.int, limit > 0 else { return nil }
            limits[tag] = limit
        }
        return limits
    }

    private static func unreadable(_ path: String, _ what: String) -> WorkspaceError {
        WorkspaceError(
            .invalid,
            "\(path) \(what).",
            hint: "Write one `name: value` a line, or move the file away."
        )
    }

    /// The place of the error; the rest quotes the file.
    private static func firstLine(_ text: String) -> String {
        var line = String(text.split(whereSeparator: \.isNewline).first?.prefix(200) ?? "")
        while line.last == ":" { line.removeLast() }
        return line
    }

    private static func quoted(_ text: String) -> String {
        "'\(text.replacing("'", with: "''"))'"
    }
}
