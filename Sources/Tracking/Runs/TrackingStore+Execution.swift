import Database
import GRDB
import Platform

/// What the process that executes a run reads of its row.
public struct ExecutionState: Sendable, Equatable {
    /// Whether the run is in use or in the trash.
    public var lifecycle: LifecycleStage
    /// The value of the tag by which its process marked it; nil if there is no such tag.
    public var mark: String?
}

extension TrackingStore {
    /// The state of a run while a process executes it; nil if the run was removed.
    public func executionState(of run: String, mark: TrackingKey) throws -> ExecutionState? {
        try read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT lifecycle_stage,
                        (SELECT value FROM tags WHERE run_uuid = ?1 AND key = ?2)
                    FROM runs WHERE run_uuid = ?1
                    """
            )
            guard let row = try Row.fetchOne(statement, arguments: [run, mark.text]) else {
                return nil
            }
            return ExecutionState(
                lifecycle: LifecycleStage(rawValue: row[0] ?? "") ?? .active,
                mark: row[1]
            )
        }
    }

    /// Writes how a run ended, durably, even if it is in the trash.
    ///
    /// The caller publishes the end in its process.
    ///
    /// - Parameter answer: The answer to a request that is still open. It is written in the same
    ///   transaction, so that a reader who sees the end sees the answers too.
    /// - Throws: `TrackingError` with code `invalidState` if the run has another mark.
    public func endRun(
        _ id: String,
        _ status: RunStatus,
        tags: [Tag],
        marked mark: Tag,
        answer: (RunRequest) -> String? = { _ in nil }
    ) throws {
        try write(.full) { db, changes in
            changes.note(run: id, isPublished: true)
            try RunRecord.check(db, id: id, carries: mark)
            var writer = BatchWriter(db, run: id, limits: .none)
            try writer.write(tags: tags)
            try db.execute(
                sql: "UPDATE runs SET status = ?, end_time = ? WHERE run_uuid = ?",
                arguments: [status.rawValue, configuration.now(), id]
            )
            guard db.changesCount > 0 else {
                throw TrackingError(.notFound, "Run with id=\(id) not found")
            }
            for request in try RunRequest.open(db, run: id) {
                guard let text = answer(request) else { continue }
                changes.note(.request, id)
                try request.write(db, answer: text, at: configuration.now())
            }
        }
    }
}

extension RunRecord {
    /// Checks that a run has a tag, by reading one row.
    static func check(_ db: Database, id: String, carries mark: Tag) throws {
        let statement = try db.cachedStatement(
            sql: "SELECT value FROM tags WHERE run_uuid = ? AND key = ?"
        )
        let value = try String.fetchOne(statement, arguments: [id, mark.key.text])
        guard value != mark.value else { return }
        throw TrackingError(
            .invalidState,
            "Another process executes the run \(id).",
            hint: "look for two programs that train one run"
        )
    }
}
