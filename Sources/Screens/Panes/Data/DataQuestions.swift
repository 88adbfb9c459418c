import Datasets
import TerminalUI
import Workspace

/// The questions of the Data pane.
enum DataQuestions {
    /// The share of a dataset to hold out.
    static func share(of name: String) -> TextPrompt {
        TextPrompt(
            "Hold out of \(name)",
            hint: "a share of its rows, such as 0.1; a new dataset is made",
            text: "0.1",
            answer: .init("hold out") { text in
                var preparation = Preparation()
                preparation.heldOut = HeldOutShare(Double(text) ?? 0)
                return .data(.convert(preparation))
            }
        )
    }

    /// The file to add.
    static func file(_ path: String? = nil, problem: WorkspaceError? = nil) -> TextPrompt {
        TextPrompt(
            "Add a dataset",
            hint: "path of a .jsonl, .json, .csv, .txt or .md file; it is copied",
            typed: path,
            problem: problem,
            answer: .init("add") { .data(.addFile($0)) }
        )
    }
}
