package import Runs
import Workspace

/// Words that filter a list of runs: all must occur, except those after `!`, which must not.
package struct RunFilter: Equatable, Sendable {
    private let wanted: [String]
    private let unwanted: [String]

    package init(_ text: String) {
        let words = text.lowercased().split(separator: " ").map(String.init)
        wanted = words.filter { !$0.hasPrefix("!") }
        unwanted = words.filter { $0.hasPrefix("!") && $0.count > 1 }.map { String($0.dropFirst()) }
    }

    /// Whether a run matches.
    package func accept(_ run: RunSummary) -> Bool {
        if wanted.isEmpty && unwanted.isEmpty { return true }
        let facts = [
            run.name, run.status.rawValue, run.experiment, run.model ?? "", run.dataset ?? "",
            run.method ?? "", run.id,
        ]
        let text = facts.joined(separator: " ").lowercased()
        return wanted.allSatisfy(text.contains) && !unwanted.contains(where: text.contains)
    }
}
