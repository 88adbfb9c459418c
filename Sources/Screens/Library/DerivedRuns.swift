import Platform
import Runs

/// What was derived from a list of runs, each made when it is first asked for.
final class DerivedRuns: Sendable {
    /// What rows of a pane depend on.
    struct Request: Hashable {
        var filter: String
        /// Only these runs, found by a search; all if nil.
        var found: Set<String>?
        var order: RunOrder?
        /// The time, where the order depends on it.
        var moment: Double?
    }

    private struct Contents {
        var live: [Int]?
        var results: [Int]?
        var rows: [(request: Request, places: [Int])] = []
    }

    private let contents: Guarded<Contents>

    init() { contents = Guarded(Contents()) }

    private init(_ contents: Contents) { self.contents = Guarded(contents) }

    /// What stays when a run has changed without a change of the text that filters search.
    func after(_ old: RunSummary, _ new: RunSummary) -> DerivedRuns {
        var kept = contents.withLock { $0 }
        if old.status.isLive != new.status.isLive { kept.live = nil }
        if (old.resultPath == nil) != (new.resultPath == nil) { kept.results = nil }
        kept.rows.removeAll { $0.request.order?.column != nil }
        return DerivedRuns(kept)
    }

    /// The places of live runs.
    func live(_ make: () -> [Int]) -> [Int] { made(\.live, make) }

    /// The places of runs with a result.
    func results(_ make: () -> [Int]) -> [Int] { made(\.results, make) }

    /// The places of the rows of a pane.
    func rows(_ request: Request, _ make: () -> [Int]) -> [Int] {
        if let known = contents.withLock({ $0.rows.first { $0.request == request } }) {
            return known.places
        }
        let places = make()
        contents.withLock { contents in
            contents.rows.insert((request, places), at: 0)
            contents.rows = Array(contents.rows.prefix(Self.rowsKept))
        }
        return places
    }

    /// Enough for two panes while one of them types a filter.
    private static let rowsKept = 4

    private func made(_ part: WritableKeyPath<Contents, [Int]?>, _ make: () -> [Int]) -> [Int] {
        if let known = contents.withLock({ $0[keyPath: part] }) { return known }
        let places = make()
        contents.withLock { $0[keyPath: part] = places }
        return places
    }
}
