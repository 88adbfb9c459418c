import JSON
import Platform
import Workflows

/// The secrets of a task: `{NAME: {env: VARIABLE}}` or `{NAME: {file: PATH}}`.
///
/// Their values are read when the task runs. They are in no input, key or log.
struct TaskSecrets {
    /// The input that names them.
    static func input(_ help: String) -> TaskInput { TaskInput("secrets", .object, help: help) }

    /// What is shown in place of a value.
    private static let mask = "••••"
    /// The longest file that is read.
    private static let limit = 1 << 16

    /// The names with their values.
    let values: [(name: String, value: String)]
    private let parts: [String]

    /// Reads the secrets that an input names.
    ///
    /// - Throws: ``FlowError`` with the code `invalid` for one that does not exist.
    init(
        _ inputs: JSONObject,
        in folder: String,
        environment: [String: String] = ProcessEnvironment.variables
    ) throws(FlowError) {
        var values: [(name: String, value: String)] = []
        for (name, source) in try Self.sources(inputs) {
            switch source {
            case .variable(let variable):
                guard let value = environment[variable] else {
                    throw FlowError(
                        .invalid,
                        "The secret \(name) is missing: the environment has no \(variable).",
                        hint: "Set \(variable) where the flow is run."
                    )
                }
                values.append((name, value))
            case .file(let file):
                let path = TaskPath.absolute(file, in: folder)
                guard FilePaths.isFile(path), let bytes = try? Files.read(path),
                    bytes.count <= Self.limit
                else {
                    throw FlowError(.invalid, "The secret \(name) cannot be read from \(path).")
                }
                var text = String(decoding: bytes, as: UTF8.self)
                while text.hasSuffix("\n") || text.hasSuffix("\r\n") { text.removeLast() }
                values.append((name, text))
            }
        }
        self.values = values
        // Each line of a value is masked by itself. Very short ones would mask ordinary text.
        parts =
            values
            .flatMap { [$0.value] + $0.value.split(whereSeparator: \.isNewline).map(String.init) }
            .filter { $0.utf8.count >= 3 }
            .sorted { $0.utf8.count > $1.utf8.count }
    }

    /// The faults of an input that is known.
    static func faults(_ inputs: JSONObject) -> [(input: String, fault: String)] {
        do {
            _ = try sources(inputs)
            return []
        } catch {
            return [("secrets", error.message)]
        }
    }

    /// A text without the values.
    func masked(_ text: String) -> String {
        parts.reduce(text) { $0.replacing($1, with: Self.mask) }
    }

    private enum Source {
        case variable(String)
        case file(String)
    }

    private static func sources(
        _ inputs: JSONObject
    ) throws(FlowError) -> [(name: String, source: Source)] {
        guard let value = inputs["secrets"], value != .null else { return [] }
        guard case .object(let object) = value else {
            throw FlowError(.invalid, "`secrets` is \(value.kind), and must be names with sources.")
        }
        var sources: [(name: String, source: Source)] = []
        for (name, value) in object.members {
            guard case .object(let source) = value, source.members.count == 1 else {
                throw FlowError(
                    .invalid,
                    "The secret \(name.text) needs a source: `{env: VARIABLE}` or `{file: PATH}`.",
                    hint: "The value itself does not belong in the file."
                )
            }
            if let variable = source.text("env") {
                sources.append((name.text, .variable(variable)))
            } else if let file = source.text("file") {
                sources.append((name.text, .file(file)))
            } else {
                throw FlowError(
                    .invalid,
                    "The secret \(name.text) needs a source: `{env: VARIABLE}` or `{file: PATH}`."
                )
            }
        }
        return sources
    }
}
