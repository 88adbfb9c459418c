package import Runs
import Workspace

/// Words that filter a list of runs: all must occur, except those after `!`, which must not.
package struct RunFilter: Equatable, Sendable {
    private let words: WordFilter

    package init(_ text: String) { words = WordFilter(text) }

    /// Whether a run matches.
    package func accept(_ run: RunSummary) -> Bool {
        words.isEmpty || accept(text: Self.text(of: run))
    }

    /// Whether a run with this text matches.
    func accept(text: String) -> Bool { words.isEmpty || words.accept(text: text) }

    /// What a filter searches of a run.
    static func text(of run: RunSummary) -> String {
        WordFilter.text(
            of: [
                run.name, run.status.rawValue, run.experiment, run.model ?? "",
                run.dataset ?? "", run.method ?? "", run.id,
            ]
        )
    }
}
