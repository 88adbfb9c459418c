import GRDB
package import JSON

/// A task of a flow run as it is stored.
package struct TaskRecord: Sendable {
    /// Its place in the flow run, from 0.
    package var position: Int
    /// The name, with the values of its matrix: `sft[seed=1]`.
    package var task: String
    /// The name in the file.
    package var name: String
    /// The name of its kind.
    package var kind: String
    /// The places of the tasks that it comes after.
    package var dependencies: [Int]
    package var state = TaskState.pending
    /// The attempts so far.
    package var attempt = 0
    /// The attempts before the flow run was last retried.
    package var base = 0
    package var reason: String?
    /// The key of the last attempt.
    package var key: String?
    /// The inputs of the last attempt, secrets masked.
    package var inputs: JSONObject?
    /// What they count as in the key.
    package var contents: JSONObject?
    /// The row of its result.
    package var result: Int64?
    /// What an attempt has reserved.
    package var reservation: String?
    /// The key of that attempt.
    package var reservedFor: String?
    /// The key that a person has approved.
    package var approvedKey: String?
    /// Its run in the tracker.
    package var run: String?
    /// When the next attempt starts.
    package var retryAt: Int?
    /// Whether its failure was a refusal, by a gate, a check or a person.
    package var isRefused = false
    /// When it began to wait for an approval.
    package var waitingSince: Int?
    package var startedAt: Int?
    package var endedAt: Int?

    /// Creates the record of a task that waits for others.
    package init(position: Int, task: String, name: String, kind: String, dependencies: [Int]) {
        self.position = position
        self.task = task
        self.name = name
        self.kind = kind
        self.dependencies = dependencies
    }

    init(_ row: Row) throws {
        position = row["position"]
        task = row["task"]
        name = row["name"]
        kind = row["kind"]
        dependencies = (row["dependencies"] as String).split(separator: " ").compactMap {
            Int($0)
        }
        state = TaskState(rawValue: row["state"]) ?? .failed
        attempt = row["attempt"]
        base = row["base"]
        reason = row["reason"]
        key = row["key"]
        inputs = (row["inputs"] as String?).map { StoredJSON.object($0) }
        contents = (row["contents"] as String?).map { StoredJSON.object($0) }
        result = row["result"]
        reservation = row["reservation"]
        reservedFor = row["reserved_for"]
        approvedKey = row["approved_key"]
        run = row["run"]
        retryAt = row["retry_at"]
        isRefused = row["refused"]
        waitingSince = row["waiting_since"]
        startedAt = row["started_at"]
        endedAt = row["ended_at"]
    }

    func insert(_ db: Database, in flowRun: String) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO wb_flow_tasks (
                    flow_run, position, task, name, kind, dependencies, state, approved_key
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        try statement.execute(arguments: [
            flowRun, position, task, name, kind,
            dependencies.map(String.init).joined(separator: " "), state.rawValue,
            approvedKey,
        ])
    }

    /// Writes all that may change.
    func update(_ db: Database, in flowRun: String) throws {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE wb_flow_tasks SET state = ?, attempt = ?, base = ?, reason = ?, key = ?,
                    inputs = ?, contents = ?, result = ?, reservation = ?, reserved_for = ?,
                    approved_key = ?, run = ?, retry_at = ?, refused = ?, waiting_since = ?, started_at = ?,
                    ended_at = ?
                WHERE flow_run = ? AND position = ?
                """
        )
        try statement.execute(arguments: [
            state.rawValue, attempt, base, reason, key, inputs.map { StoredJSON.text($0) },
            contents.map { StoredJSON.text($0) }, result, reservation, reservedFor, approvedKey,
            run,
            retryAt, isRefused, waitingSince, startedAt, endedAt, flowRun, position,
        ])
    }
}
