import Database
import GRDB

/// A call of a hook that is due.
package struct HookDelivery: Sendable, Equatable {
    /// The flow run that has ended.
    package var flowRun: String
    /// When it ended, in milliseconds since 1970.
    package var endedAt: Int
    /// The place of the hook in the file.
    package var place: Int
    /// What is called.
    package var hook: FlowHook
    /// How the flow run ended.
    package var state: FlowState
    /// Why.
    package var reason: String?
    /// How often it was called.
    package var attempts: Int
    /// When it is called next, in milliseconds since 1970.
    package var nextAt: Int

    /// A text that is the same when the call is repeated.
    package var identity: String { "workbench-flow-\(flowRun)-\(endedAt)-\(place)" }
}

extension HookDelivery {
    init?(_ row: Row) {
        guard let occasion = FlowHook.Occasion(rawValue: row["occasion"]),
            let state = FlowState(rawValue: row["state"])
        else { return nil }
        let target: String = row["target"]
        self.init(
            flowRun: row["flow_run"],
            endedAt: row["ended_at"],
            place: row["place"],
            hook: FlowHook(
                occasion,
                row["kind"] == "webhook" ? .webhook(target) : .command(target)
            ),
            state: state,
            reason: row["reason"],
            attempts: row["attempts"],
            nextAt: row["next_at"]
        )
    }
}

extension FlowHook.Occasion {
    /// The occasion of an end; nil if no hook is called.
    init?(_ state: FlowState) {
        switch state {
        case .completed: self = .success
        case .failed: self = .failure
        case .crashed: self = .crash
        case .cancelled, .pending, .running, .paused, .waitingApproval: return nil
        }
    }
}

/// Calls of hooks, which survive the process that ended the flow run.
extension FlowStore {
    /// Adds the calls that the end of a flow run asks for, in the transaction that records it.
    package func addCalls(of hooks: [FlowHook], at run: FlowRunRecord) throws {
        guard let occasion = FlowHook.Occasion(run.state), let endedAt = run.endedAt else { return }
        for (place, hook) in hooks.enumerated() where hook.occasion == occasion {
            let (kind, target) =
                switch hook.target {
                case .command(let line): ("command", line)
                case .webhook(let address): ("webhook", address)
                }
            try database.write { db, changes in
                try db.execute(
                    sql: """
                        INSERT OR IGNORE INTO wb_flow_hooks (
                            flow_run, ended_at, place, occasion, kind, target, state, reason, next_at
                        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        run.id, endedAt, place, occasion.rawValue, kind, target,
                        run.state.rawValue, run.reason, endedAt,
                    ]
                )
                changes.note(.flowRun, run.id)
            }
        }
    }

    /// Whether a call of a hook is due, now or later.
    package func hasDueCalls() throws -> Bool {
        try database.read { db in
            try Int.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM wb_flow_hooks)") == 1
        }
    }

    /// The calls that are due, the next one first.
    package func dueCalls() throws -> [HookDelivery] {
        try database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM wb_flow_hooks ORDER BY next_at, flow_run, ended_at, place LIMIT 100
                    """
            ).compactMap(HookDelivery.init)
        }
    }

    /// Stores how often a call was tried, and when it is tried next.
    package func save(_ call: HookDelivery) throws {
        try change(
            call,
            "UPDATE wb_flow_hooks SET attempts = ?, next_at = ?",
            [
                call.attempts, call.nextAt,
            ]
        )
    }

    /// Removes a call that was made, or that is given up.
    package func remove(_ call: HookDelivery) throws {
        try change(call, "DELETE FROM wb_flow_hooks", [])
    }

    private func change(
        _ call: HookDelivery,
        _ sql: String,
        _ arguments: StatementArguments
    ) throws {
        try database.write(.full) { db, changes in
            try db.execute(
                sql: sql + " WHERE flow_run = ? AND ended_at = ? AND place = ?",
                arguments: arguments + [call.flowRun, call.endedAt, call.place]
            )
            changes.note(.flowRun, call.flowRun, "hook")
        }
    }
}
