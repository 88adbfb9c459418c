import Runs
import TerminalUI
import Workspace

/// The result of a filter in MLflow's search language.
package struct RunSearch: Equatable, Sendable {
    /// What was typed.
    package var text: String
    /// The runs that were found last; nil before the first search.
    package var runs: Set<String>?
    /// Why the text cannot be searched for, such as an unfinished clause.
    package var problem: String?

    /// Whether a text is clauses, such as `metrics.loss < 2`, rather than words.
    package static func isClauses(_ text: String) -> Bool {
        let words = text.lowercased().split(separator: " ")
        return text.contains { "=<>".contains($0) }
            || words.contains { ["like", "ilike", "in", "is"].contains($0) } && words.count > 1
    }
}

extension CompareState {
    /// Whether a run matches the filter.
    func isAccepted(_ run: RunSummary, words: RunFilter) -> Bool {
        guard let search else { return words.accept(run) }
        return search.runs?.contains(run.id) ?? true
    }

    /// Applies the filter: words at once, clauses through the store.
    mutating func filterChanged(_ context: Context) -> [Effect] {
        let text = list.filter.text
        guard RunSearch.isClauses(text) else {
            search = nil
            list.refresh(shown(context).ids)
            return []
        }
        if search == nil { search = RunSearch(text: text) }
        search?.text = text
        return searchAgain(context)
    }

    /// Searches again, now or after the search under way.
    mutating func searchAgain(_ context: Context) -> [Effect] {
        guard context.isOpen, let search, searching.begin() else { return [] }
        return [CompareWork.search(search.text)]
    }

    mutating func take(
        _ found: Set<String>?,
        _ problem: String?,
        for text: String,
        _ context: Context
    ) -> [Effect] {
        if search?.text == text {
            if let found { search?.runs = found }
            search?.problem = problem
            list.refresh(shown(context).ids)
        }
        guard searching.end() else { return [] }
        if let search { return [CompareWork.search(search.text)] }
        _ = searching.end()
        return []
    }
}
