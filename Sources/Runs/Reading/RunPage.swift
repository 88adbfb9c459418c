import Platform
public import Tracking

/// A part of the list of runs, in its order: the newest first, of equal times by id.
public struct RunPage: Equatable, Sendable {
    /// The runs of this part.
    public var runs: [RunSummary]
    /// The run before this part; nil for the first one.
    public var after: RunPosition?
    /// The last run that was read for this part; nil if nothing follows it.
    public var through: RunPosition?

    /// Creates a page from its parts.
    public init(runs: [RunSummary], after: RunPosition? = nil, through: RunPosition? = nil) {
        self.runs = runs
        self.after = after
        self.through = through
    }
}

extension RunService {
    /// A part of what ``list(includingDeleted:)`` returns without the trash.
    ///
    /// It reads an index, so its time depends on `limit` and not on the number of runs. Blocks.
    ///
    /// - Parameters:
    ///   - after: Where the part before this one ended.
    ///   - limit: The number of runs to read; those that stand for a flow run are left out of them.
    public func page(after: RunPosition? = nil, limit: Int) throws -> RunPage {
        try RunError.translating {
            var query = RunQuery()
            query.after = after
            query.limit = limit
            var records = try opened.store.runs(query)
            if after?.startTime != nil, records.count < limit {
                // Runs without a time are the last ones.
                query.after = RunPosition(startTime: nil, id: "")
                query.limit = limit - records.count
                records += try opened.store.runs(query)
            }
            return RunPage(
                runs: try reader.summaries(records.filter(Self.isListed)),
                after: after,
                through: records.count < limit
                    ? nil
                    : records.last.map { RunPosition(startTime: $0.startTime, id: $0.id) }
            )
        }
    }

    /// Those of some runs that ``list(includingDeleted:)`` returns without the trash.
    ///
    /// Blocks.
    public func listed(_ ids: [String]) throws -> [RunSummary] {
        try RunError.translating {
            let records = try ids.compactMap { id in
                do { return try opened.store.run(id) } catch {
                    if RunError(error).code == .notFound { return nil }
                    throw error
                }
            }
            return try reader.summaries(
                records.filter { $0.lifecycle == .active && Self.isListed($0) }
            )
        }
    }

    /// Whether a run is more than the stand-in of a flow run or of a task that trains nothing.
    static func isListed(_ record: RunRecord) -> Bool { record.tags[RunTag.flowPart] == nil }
}
