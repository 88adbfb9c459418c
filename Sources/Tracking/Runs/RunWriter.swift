import GRDB

/// Who writes to a run.
public enum RunWriter: Sendable, Equatable {
    /// The program that executes the run, or has executed it.
    case owner
    /// The process that executes the run now, by the mark that it set. Of two such processes,
    /// whatever the state of their locks, only the later one writes.
    case execution(mark: Tag)
    /// Anything else, such as a client of the server. What it logs after the run's end is recorded
    /// as late.
    case client
}

/// Records which metrics of a run were logged after its end, in `wb_late_metrics`.
struct LateMetrics {
    let db: Database
    let run: String

    /// Records the last values before `metrics` are written, if the run has ended.
    func note(_ metrics: [Metric]) throws {
        guard !metrics.isEmpty, try hasEnded() else { return }
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO wb_late_metrics (run_uuid, key, value, is_nan)
                VALUES (?1, ?2,
                    (SELECT value FROM latest_metrics WHERE run_uuid = ?1 AND key = ?2),
                    (SELECT is_nan FROM latest_metrics WHERE run_uuid = ?1 AND key = ?2))
                ON CONFLICT DO NOTHING
                """
        )
        for key in Set(metrics.map(\.key)) { try statement.execute(arguments: [run, key.text]) }
    }

    /// Records that an ended run with a version is about to be resumed.
    func noteReopening() throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO wb_late_metrics (run_uuid, key) SELECT run_uuid, '' FROM runs
                WHERE run_uuid = ? AND \(Self.isTerminal)
                ON CONFLICT DO NOTHING
                """
        )
        try statement.execute(arguments: [run])
    }

    private func hasEnded() throws -> Bool {
        let statement = try db.cachedStatement(
            sql: """
                SELECT 1 FROM runs WHERE run_uuid = ?1 AND (\(Self.isTerminal)
                    OR EXISTS (SELECT 1 FROM wb_late_metrics WHERE run_uuid = ?1 AND key = ''))
                """
        )
        return try Int.fetchOne(statement, arguments: [run]) != nil
    }

    private static let isTerminal: String = {
        let names = RunStatus.allCases.filter(\.isTerminal).map { "'\($0.rawValue)'" }
        return "status IN (\(names.joined(separator: ", ")))"
    }()
}
