import Platform

/// A theme's source: `themes/NAME.yaml`.
///
/// ```yaml
/// appearance: dark           # dark or light
/// inherits: dark             # optional: another theme to start from
/// palette:                   # optional: names for colours
///   ink: "#e0def4"
/// roles:
///   text: ink                # a colour, or `default` for the terminal's own
///   selection: { foreground: ink, background: "#403d52", bold: true }
/// ```
public struct ThemeFile: Sendable {
    /// The name of the theme.
    public let name: String
    /// The path of the text, for messages.
    public let file: String
    /// The YAML.
    public let text: String

    /// A theme's source.
    public init(name: String, file: String, text: String) {
        self.name = name
        self.file = file
        self.text = text
    }

    /// Reads the theme; `parent` finds the source of a theme it inherits from.
    ///
    /// Throws ``TerminalUIError`` with file and line.
    public func theme(parent: (String) throws -> ThemeFile?) throws -> Theme {
        var chain: [ThemeSource] = [try source()]
        while let parentName = chain[chain.count - 1].inherits {
            let child = chain[chain.count - 1].file
            guard !chain.contains(where: { $0.file.name == parentName.value }) else {
                throw child.error(
                    .unknownParentTheme,
                    parentName.line,
                    "'\(parentName.value)' inherits from itself",
                    hint: "remove one of the `inherits` lines."
                )
            }
            guard let next = try parent(parentName.value) else {
                throw child.error(
                    .unknownParentTheme,
                    parentName.line,
                    "there is no theme '\(parentName.value)'",
                    hint: "name a theme file without its .yaml."
                )
            }
            chain.append(try next.source())
        }
        return try Self.resolve(chain.reversed(), name: name)
    }

    /// Resolves from base to child: a child's palette also applies to its parents' roles.
    private static func resolve(_ chain: [ThemeSource], name: String) throws -> Theme {
        var palette: [String: Color] = [:]
        var appearance = Theme.Appearance.dark
        for source in chain {
            palette.merge(source.palette) { $1 }
            appearance = source.appearance ?? appearance
        }
        var entries: [Role: Theme.Entry] = [:]
        for source in chain {
            for role in source.roles {
                entries[role.role] = try source.file.entry(role, palette: palette)
            }
        }
        return Theme(name: name, appearance: appearance, entries: entries)
    }

    private func entry(_ source: RoleSource, palette: [String: Color]) throws -> Theme.Entry {
        func color(_ word: Located?) throws -> Color? {
            guard let word, word.value != "default" else { return nil }
            if let color = palette[word.value] ?? Color(hex: word.value) { return color }
            throw error(
                .unknownThemeValue,
                word.line,
                "'\(word.value)' is not a colour",
                hint: "write #rrggbb, `default` or a name from `palette`."
            )
        }
        return Theme.Entry(
            foreground: try color(source.foreground),
            background: try color(source.background),
            attributes: source.attributes
        )
    }

    func error(
        _ code: TerminalUIError.Code,
        _ line: Int,
        _ what: String,
        hint: String
    ) -> TerminalUIError {
        TerminalUIError(code, "\(file):\(line): \(what).", hint: hint)
    }
}
