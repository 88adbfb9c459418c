import TerminalUI
import Workspace

/// What the Compare pane's filter found, where it is written in MLflow's search language.
package struct RunSearch: Equatable, Sendable {
    /// What was typed.
    package var text: String
    /// The runs that were found last; nil before anything was.
    package var runs: Set<String>?
    /// Why what is typed finds nothing, such as a clause that is not finished.
    package var problem: String?

    /// Whether a text is clauses, such as `metrics.loss < 2`, and not words.
    package static func isClauses(_ text: String) -> Bool {
        let words = text.lowercased().split(separator: " ")
        return text.contains { "=<>".contains($0) }
            || words.contains { ["like", "ilike", "in", "is"].contains($0) } && words.count > 1
    }
}

extension AppState {
    /// Whether the filter lets a run through.
    func isAccepted(_ run: RunSummary, words: RunFilter) -> Bool {
        guard let search = compare.search else { return words.accept(run) }
        return search.runs?.contains(run.id) ?? true
    }

    /// The filter was typed on: words narrow the table down at once, clauses are asked of the store.
    mutating func filterChanged() -> [Effect] {
        let text = compare.filter.text
        guard RunSearch.isClauses(text) else {
            compare.search = nil
            compare.selection.refresh(comparable.map(\.id))
            return []
        }
        if compare.search == nil { compare.search = RunSearch(text: text) }
        compare.search?.text = text
        return refreshSearch()
    }

    /// Asks the store again, now or after the question under way.
    mutating func refreshSearch() -> [Effect] {
        guard isOpen, let search = compare.search, compare.searching.begin() else { return [] }
        return [.compare(.search(search.text))]
    }

    mutating func take(_ found: Set<String>?, _ problem: String?, for text: String) -> [Effect] {
        if compare.search?.text == text {
            if let found { compare.search?.runs = found }
            compare.search?.problem = problem
            compare.selection.refresh(comparable.map(\.id))
        }
        guard compare.searching.end() else { return [] }
        if let search = compare.search { return [.compare(.search(search.text))] }
        _ = compare.searching.end()
        return []
    }
}
