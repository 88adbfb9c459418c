import JSON
import Platform

/// The text of a flow's file, made from a project of another program.
struct FlowText {
    /// A task.
    struct Task {
        var name: String
        var kind = "shell"
        var inputs: [(name: String, value: JSONValue)] = []
        var needs: [String] = []
        /// Whether no earlier result is used.
        var alwaysRuns = false
        var notes: [String] = []
    }

    var name: String
    /// Comments at the beginning.
    var notes: [String] = []
    /// The names with their defaults; one that is null must be given, with a value of the type.
    var parameters: [(name: String, type: ValueType, value: JSONValue)] = []
    var tasks: [Task] = []

    /// The text in YAML, with values in the form of JSON.
    var yaml: String {
        var lines = notes.map(Self.comment)
        lines.append("flow: \(Self.text(.string(name)))")
        if !parameters.isEmpty {
            lines.append("parameters:")
            for (name, type, value) in parameters {
                let text = value == .null ? "!required \(type.rawValue)" : Self.text(value)
                lines.append("  \(name): \(text)")
            }
        }
        lines.append("tasks:")
        for task in tasks {
            lines += task.notes.map { "  \(Self.comment($0))" }
            lines.append("  \(task.name):")
            lines.append("    uses: \(task.kind)")
            if !task.inputs.isEmpty {
                lines.append("    with:")
                for (name, value) in task.inputs {
                    lines.append("      \(name): \(Self.text(value))")
                }
            }
            if !task.needs.isEmpty {
                lines.append("    needs: \(Self.text(.array(task.needs.map { .string($0) })))")
            }
            if task.alwaysRuns { lines.append("    cache_expiration: 0") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func comment(_ note: String) -> String { "# \(VisibleText.line(note))" }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .number(let number) where number.isNaN: ".nan"
        case .number(let number) where number.isInfinite: number < 0 ? "-.inf" : ".inf"
        default: VisibleText.json(String(decoding: value.bytes, as: UTF8.self))
        }
    }

    /// A text in which nothing is an expression.
    static func literal(_ text: String) -> String { text.replacing("${", with: "$${") }
}

/// Names that expressions can use, made from others.
struct TaskNames {
    private var used: Set<String>

    init(reserved: Set<String> = []) { used = reserved.union(NameText.reserved) }

    /// A name like another one: `train@us-east` becomes `train_us_east`.
    mutating func name(for text: String) -> String {
        var name = String(
            text.lowercased().unicodeScalars.map { scalar -> Character in
                "a"..."z" ~= scalar || "0"..."9" ~= scalar ? Character(scalar) : "_"
            }
        )
        name = String(name.prefix(80))
        if name.isEmpty || name.first?.isNumber == true { name = "_" + name }
        var candidate = name
        var number = 2
        while !used.insert(candidate).inserted {
            candidate = "\(name)_\(number)"
            number += 1
        }
        return candidate
    }
}
