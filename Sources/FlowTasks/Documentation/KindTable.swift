import JSON
public import Workflows

/// The documentation of kinds of task, made from their declarations.
public enum KindTable {
    /// A page in Markdown: what kinds there are, and the inputs and outputs of each.
    public static func markdown(_ kinds: TaskKinds) -> String {
        var lines = [
            "# Kinds of task",
            "",
            "What `uses:` in a flow's file can name. This page is made from the program's declarations.",
            "A result is used again *anywhere* if another flow run has the same inputs, and *in this flow "
                + "run* only by",
            "its retries and forks. Effects on the workspace's store happen *once*; everything else happens "
                + "*at least once*,",
            "with the same key at every attempt.",
            "",
            "| `uses` | does | used again | effect |",
            "|---|---|---|---|",
        ]
        lines += kinds.all.map { kind in
            "| [`\(kind.name)`](#\(anchor(kind.name))) | \(cell(kind.summary)) | \(reuse(of: kind)) | "
                + "\(kind.effect == .once ? "once" : "at least once") |"
        }
        for kind in kinds.all { lines += section(kind) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func section(_ kind: any TaskKind) -> [String] {
        var lines = ["", "## \(kind.name)", "", kind.summary]
        if !kind.inputs.isEmpty {
            lines += ["", "| input | type | |", "|---|---|---|"]
            lines += kind.inputs.map { input in
                "| `\(input.name)`\(input.isRequired ? " (required)" : "") | \(words(input.type)) | "
                    + "\(cell(input.help)) |"
            }
        }
        guard !kind.outputs.isEmpty else { return lines }
        lines += ["", "| output | type | |", "|---|---|---|"]
        lines += kind.outputs.map { output in
            "| `\(output.name)` | \(words(output.type)) | \(cell(output.help)) |"
        }
        if kind.hasOtherOutputs { lines += ["", "It may yield other outputs too, by name."] }
        return lines
    }

    private static func reuse(of kind: any TaskKind) -> String {
        let without = kind.reuse(of: .init())
        let with = kind.reuse(of: declaringOutputs)
        return switch (without, with) {
        case (.anywhere, _): "anywhere"
        case (.sameFlowRun, .anywhere): "anywhere with `outputs`, else in this flow run"
        case (.sameFlowRun, .sameFlowRun): "in this flow run"
        }
    }

    private static let declaringOutputs: JSONObject = {
        var inputs = JSONObject()
        _ = inputs.insert(["file"], named: "outputs")
        return inputs
    }()

    private static func words(_ type: ValueType) -> String {
        switch type {
        case .integer: "whole number"
        case .number: "number"
        case .text: "text"
        case .boolean: "true or false"
        case .list: "list"
        case .object: "names with values"
        case .any: "any"
        }
    }

    /// The link that pages make of a heading.
    private static func anchor(_ name: String) -> String {
        String(name.filter { $0 != "." })
    }

    /// A text within a cell of a table.
    private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
