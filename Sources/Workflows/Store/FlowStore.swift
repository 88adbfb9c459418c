package import Database
import GRDB
import JSON
import Platform

/// The tables of flow runs, their tasks, results and requests.
///
/// The calls throw `StoreError`, or ``FlowError`` for what does not exist or is not allowed. Only the
/// process that holds a flow run's lock writes its tasks.
package final class FlowStore: Sendable {
    /// The file, which other stores share.
    package let database: DatabaseFile
    /// The time in milliseconds since 1970.
    package let now: @Sendable () -> Int
    /// Who writes: user, host and process.
    package let owner: String

    /// Creates a store on the tables of a database.
    package init(_ database: DatabaseFile, owner: String, now: @escaping @Sendable () -> Int) {
        self.database = database
        self.owner = owner
        self.now = now
    }

    // MARK: - Reading

    /// A flow run.
    package func run(_ id: String) throws -> FlowRunRecord {
        try database.read { db in
            let row = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT * FROM wb_flow_runs WHERE id = ?"),
                arguments: [id]
            )
            guard let row else { throw Self.missing(id) }
            return try FlowRunRecord(row)
        }
    }

    /// All flow runs, the newest first.
    package func runs() throws -> [FlowRunRecord] {
        try database.read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT * FROM wb_flow_runs ORDER BY created_at DESC, id"
            ).map(FlowRunRecord.init)
        }
    }

    /// The flow runs whose stored state is not terminal.
    package func liveRuns() throws -> [FlowRunRecord] {
        try database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM wb_flow_runs
                    WHERE state IN ('pending', 'running', 'paused', 'waiting_approval')
                    ORDER BY created_at, id
                    """
            ).map(FlowRunRecord.init)
        }
    }

    /// The tasks of a flow run, in the order of their places.
    package func tasks(of id: String) throws -> [TaskRecord] {
        try database.read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT * FROM wb_flow_tasks WHERE flow_run = ? ORDER BY position",
                arguments: [id]
            ).map(TaskRecord.init)
        }
    }

    /// The changes of a task's state, the oldest first.
    package func history(of position: Int, in id: String) throws -> [TaskDetail.Transition] {
        try database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM wb_flow_history WHERE flow_run = ? AND position = ? ORDER BY id
                    """,
                arguments: [id, position]
            ).map { row in
                TaskDetail.Transition(
                    attempt: row["attempt"],
                    from: (row["from_state"] as String?).flatMap(TaskState.init),
                    to: TaskState(rawValue: row["to_state"]) ?? .failed,
                    reason: row["reason"],
                    owner: row["owner"],
                    at: date(row["at"])
                )
            }
        }
    }

    /// A result by its row.
    package func result(_ id: Int64) throws -> StoredResult? {
        try database.read { db in
            try Row.fetchOne(
                db.cachedStatement(sql: "SELECT * FROM wb_flow_results WHERE id = ?"),
                arguments: [id]
            ).map(StoredResult.init)
        }
    }

    /// The results of a key that a chain of flow runs may use, the newest first.
    package func results(for key: String, lineage: String) throws -> [StoredResult] {
        try database.read { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT * FROM wb_flow_results
                        WHERE key = ? AND (lineage IS NULL OR lineage = ?) ORDER BY id DESC LIMIT 20
                        """
                ),
                arguments: [key, lineage]
            ).map(StoredResult.init)
        }
    }

    // MARK: - Writing

    /// Adds a flow run with its tasks; `body` makes further changes in the same transaction.
    package func create(
        _ run: FlowRunRecord,
        _ tasks: [TaskRecord],
        also body: () throws -> String? = { nil }
    ) throws -> FlowRunRecord {
        var run = run
        try database.write(.full) { db, changes in
            run.run = try body()
            try run.insert(db)
            for task in tasks { try task.insert(db, in: run.id) }
            changes.note(.flowRun, run.id)
        }
        return run
    }

    /// Changes a flow run's own row.
    package func update(_ id: String, _ change: (inout FlowRunRecord) throws -> Void) throws {
        try database.write(.full) { db, changes in
            var run = try self.run(id)
            try change(&run)
            try db.execute(
                sql: """
                    UPDATE wb_flow_runs SET state = ?, reason = ?, paused = ?, run = ?, orders = ?,
                        floor = ?, parameters = ?, started_at = ?, ended_at = ? WHERE id = ?
                    """,
                arguments: [
                    run.state.rawValue, run.reason, run.isPaused, run.run,
                    StoredJSON.text(run.order.stored), run.floor, StoredJSON.text(run.parameters),
                    run.startedAt, run.endedAt, id,
                ]
            )
            changes.note(.flowRun, id)
        }
    }

    /// Applies transitions to a task one after another, with a row in its history for each.
    ///
    /// - Parameters:
    ///   - before: Makes further changes in the same transaction, before the first transition.
    ///   - after: Makes further changes after the last one.
    /// - Throws: ``FlowError`` with the code `conflict` for a transition that its state does not
    ///   allow; then nothing is changed.
    package func advance(
        _ task: inout TaskRecord,
        _ transitions: [TaskTransition],
        of id: String,
        reason: String? = nil,
        _ durability: DatabaseFile.Durability = .normal,
        before: (inout TaskRecord) throws -> Void = { _ in },
        after: (inout TaskRecord) throws -> Void = { _ in }
    ) throws {
        var changed = task
        try database.writeTogether(durability) { db, changes in
            try before(&changed)
            for transition in transitions {
                try move(&changed, transition, of: id, reason: reason, db)
            }
            try after(&changed)
            try changed.update(db, in: id)
            changes.note(.flowRun, id)
        }
        task = changed
    }

    /// Adds a result; called within a transaction.
    package func add(_ result: StoredResult) throws -> Int64 {
        try database.write { db, changes in
            changes.note(.flowRun, result.flowRun)
            return try result.insert(db)
        }
    }

    /// The number of the newest result; 0 if there is none.
    package func newestResult() throws -> Int64 {
        try database.read { db in
            try Int64.fetchOne(db, sql: "SELECT max(id) FROM wb_flow_results") ?? 0
        }
    }

    /// Stores what an attempt has reserved.
    package func reserve(_ reservation: String, for task: TaskRecord, of id: String) throws {
        try database.write(.full) { db, changes in
            try db.execute(
                sql: """
                    UPDATE wb_flow_tasks SET reservation = ?, reserved_for = key
                    WHERE flow_run = ? AND position = ?
                    """,
                arguments: [reservation, id, task.position]
            )
            changes.note(.flowRun, id)
        }
    }

    /// Deletes a flow run with its tasks and history, and the results that only it may use.
    package func delete(_ id: String) throws {
        try database.write(.full) { db, changes in
            let run = try self.run(id)
            try db.execute(sql: "DELETE FROM wb_flow_runs WHERE id = ?", arguments: [id])
            let isLast =
                try Int.fetchOne(
                    db,
                    sql: "SELECT count(*) FROM wb_flow_runs WHERE lineage = ?",
                    arguments: [run.lineage]
                ) == 0
            if isLast {
                try db.execute(
                    sql: "DELETE FROM wb_flow_results WHERE lineage = ?",
                    arguments: [run.lineage]
                )
            }
            changes.note(.flowRun, id, "removed")
        }
    }

    private func move(
        _ task: inout TaskRecord,
        _ transition: TaskTransition,
        of id: String,
        reason: String?,
        _ db: Database
    ) throws {
        guard let next = task.state.after(transition) else {
            throw FlowError(
                .conflict,
                "\(task.task) is \(task.state.rawValue): \(transition) is not possible."
            )
        }
        let time = now()
        let former = task.state
        switch transition {
        case .start:
            task.attempt += 1
            task.startedAt = task.startedAt ?? time
            task.retryAt = nil
        case .awaitApproval: task.waitingSince = time
        case .reset:
            task.base = task.attempt
            (task.startedAt, task.endedAt, task.retryAt, task.result) = (nil, nil, nil, nil)
            task.isRefused = false
        default: break
        }
        if next.isTerminal { task.endedAt = time }
        task.state = next
        task.reason = reason
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO wb_flow_history (
                    flow_run, position, attempt, from_state, to_state, reason, owner, at
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        try statement.execute(arguments: [
            id, task.position, task.attempt, former.rawValue, next.rawValue, reason, owner, time,
        ])
    }

    /// The error for an unknown flow run.
    package static func missing(_ reference: String, flows: [String] = []) -> FlowError {
        FlowError(
            .notFound,
            "There is no flow run \(VisibleText.name(reference)).",
            hint: EditDistance.suggestion(for: reference, in: flows)
                ?? "`workbench flow list` lists them."
        )
    }
}
