import Database
import GRDB

/// What lists, plans and explanations read of many flow runs.
extension FlowStore {
    /// The files of all flow runs, each once, the one that ran last first.
    package func paths() throws -> [String] {
        try database.read { db in
            try String.fetchAll(
                db,
                sql:
                    "SELECT path FROM wb_flow_runs GROUP BY path ORDER BY max(created_at) DESC, path"
            )
        }
    }

    /// The names of the flows that have run, the one that ran last first.
    package func flows() throws -> [String] {
        try database.read { db in
            try String.fetchAll(
                db,
                sql:
                    "SELECT flow FROM wb_flow_runs GROUP BY flow ORDER BY max(created_at) DESC, flow"
            )
        }
    }

    /// The number of tasks in each state, of all flow runs or of one.
    package func counts(of id: String? = nil) throws -> [String: [TaskState: Int]] {
        try database.read { db in
            let only = id == nil ? "" : "WHERE flow_run = ?"
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT flow_run, state, count(*) FROM wb_flow_tasks \(only)
                    GROUP BY flow_run, state
                    """,
                arguments: id.map { [$0] } ?? []
            )
            var counts: [String: [TaskState: Int]] = [:]
            while let row = try rows.next() {
                guard let state = TaskState(rawValue: row[1]) else { continue }
                counts[row[0], default: [:]][state] = row[2]
            }
            return counts
        }
    }

    /// The tasks that wait for approval, by flow run, of all flow runs or of one.
    package func tasksAwaitingApproval(of id: String? = nil) throws -> [String: [String]] {
        try database.read { db in
            let only = id == nil ? "" : "AND flow_run = ?"
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT flow_run, task FROM wb_flow_tasks
                    WHERE flow_run IN (SELECT id FROM wb_flow_runs WHERE state IN
                        ('pending', 'running', 'paused', 'waiting_approval'))
                    AND state = 'waiting_approval' \(only) ORDER BY flow_run, position
                    """,
                arguments: id.map { [$0] } ?? []
            )
            return Dictionary(grouping: rows) { $0["flow_run"] as String }
                .mapValues { $0.map { $0["task"] as String } }
        }
    }

    /// The flow runs in which a task was refused, by a gate, a check or a person.
    package func refusedRuns(of id: String? = nil) throws -> Set<String> {
        try database.read { db in
            let only = id == nil ? "" : "AND flow_run = ?"
            return try String.fetchSet(
                db,
                sql: "SELECT flow_run FROM wb_flow_tasks WHERE refused = 1 \(only)",
                arguments: id.map { [$0] } ?? []
            )
        }
    }

    /// The tasks of the newest flow run of a file, by their ids.
    package func latestTasks(of path: String) throws -> [String: TaskRecord] {
        try database.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM wb_flow_tasks WHERE flow_run = (
                        SELECT id FROM wb_flow_runs WHERE path = ? ORDER BY created_at DESC LIMIT 1
                    )
                    """,
                arguments: [path]
            )
            return Dictionary(try rows.map(TaskRecord.init).map { ($0.task, $0) }) { first, _ in
                first
            }
        }
    }

    /// The newest record of a task that has a key, in the flow runs of a file that are older than one.
    package func latest(
        task: String,
        of path: String,
        before run: FlowRunRecord
    ) throws
        -> TaskRecord?
    {
        try database.read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT wb_flow_tasks.* FROM wb_flow_tasks
                    JOIN wb_flow_runs ON wb_flow_runs.id = flow_run
                    WHERE path = ? AND task = ? AND key IS NOT NULL AND flow_run != ?
                        AND created_at <= ?
                    ORDER BY created_at DESC LIMIT 1
                    """,
                arguments: [path, task, run.id, run.createdAt]
            ).map(TaskRecord.init)
        }
    }

    /// The places of a task in the other flow runs of a chain of forks.
    func places(
        of task: String,
        besides run: FlowRunRecord
    ) throws -> [(flowRun: String, position: Int)] {
        try database.read { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT flow_run, position FROM wb_flow_tasks
                        JOIN wb_flow_runs ON wb_flow_runs.id = flow_run
                        WHERE lineage = ? AND flow_run != ? AND task = ?
                        """
                ),
                arguments: [run.lineage, run.id, task]
            ).map { ($0[0], $0[1]) }
        }
    }

    /// When the tasks of a flow run that have had several attempts waited in between, by their places.
    package func pauses(of tasks: [TaskRecord], in id: String) throws -> [Int: [TaskSummary.Pause]]
    {
        let repeated = tasks.filter { $0.attempt - $0.base > 1 || $0.state == .retrying }
        guard !repeated.isEmpty else { return [:] }
        return try database.read { db in
            try repeated.reduce(into: [:]) { pauses, task in
                let rows = try Row.fetchAll(
                    db.cachedStatement(
                        sql: """
                            SELECT to_state, at FROM wb_flow_history
                            WHERE flow_run = ? AND position = ? AND at >= ?
                                AND (from_state = 'running' OR to_state = 'running') ORDER BY id
                            """
                    ),
                    arguments: [id, task.position, task.startedAt ?? 0]
                )
                var list: [TaskSummary.Pause] = []
                for row in rows {
                    guard let state = TaskState(rawValue: row[0]) else { continue }
                    if state == .running, list.last?.end == nil, !list.isEmpty {
                        list[list.count - 1].end = date(row[1])
                    } else if !state.isTerminal, state != .running {
                        list.append(TaskSummary.Pause(start: date(row[1]), end: nil))
                    }
                }
                // It may have been cancelled while it waited.
                if let end = task.endedAt, list.last?.end == nil, !list.isEmpty {
                    list[list.count - 1].end = date(end)
                }
                pauses[task.position] = list
            }
        }
    }
}
