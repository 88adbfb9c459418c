import GRDB

/// A schedule that was switched on at some time.
package struct ScheduleRecord: Sendable, Equatable {
    /// The path of the flow's file.
    package var path: String
    /// The name of the schedule.
    package var name: String
    /// Whether it fires.
    package var isOn: Bool
    /// Why it is paused; nil if a person switched it off.
    package var reason: String?
    /// Why its last firing failed.
    package var problem: String?
    /// What it was when it was last evaluated; see ``FlowSchedule/definition``.
    package var definition: String
    /// The instant up to which it was evaluated, in milliseconds since 1970.
    package var evaluated: Int
    /// The content of its dataset when that was last looked at.
    package var digest: String?
    /// The instant that fired last.
    package var firedAt: Int?
    /// The newest instant whose row was pruned.
    package var pruned: Int?

    /// Creates a record of a schedule that has not fired.
    package init(path: String, name: String, isOn: Bool, definition: String, evaluated: Int) {
        self.path = path
        self.name = name
        self.isOn = isOn
        self.definition = definition
        self.evaluated = evaluated
    }

    init(_ row: Row) {
        path = row["path"]
        name = row["name"]
        isOn = row["is_on"]
        reason = row["reason"]
        problem = row["problem"]
        definition = row["definition"]
        evaluated = row["evaluated"]
        digest = row["digest"]
        firedAt = row["fired_at"]
        pruned = row["pruned"]
    }

    func save(_ db: Database) throws {
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO wb_schedules (
                    path, name, is_on, reason, problem, definition, evaluated, digest, fired_at, pruned
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                path, name, isOn, reason, problem, definition, evaluated, digest, firedAt, pruned,
            ]
        )
    }
}

extension Firing {
    init?(_ row: Row) {
        guard let cause = Cause(rawValue: row["cause"]), let state = State(rawValue: row["state"]),
            let overlap = FlowSchedule.Overlap(rawValue: row["overlap"])
        else { return nil }
        self.init(
            id: row["id"],
            path: row["path"],
            schedule: row["schedule"],
            instant: row["instant"],
            cause: cause,
            state: state,
            reason: row["reason"],
            overlap: overlap
        )
    }

    /// Adds it; false if its instant is in the table.
    func insert(_ db: Database, at time: Int) throws -> Bool {
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO wb_firings (
                    id, path, schedule, instant, cause, state, reason, overlap, recorded_at
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id, path, schedule, instant, cause.rawValue, state.rawValue, reason,
                overlap.rawValue, time,
            ]
        )
        return db.changesCount > 0
    }
}

extension FlowSchedule {
    /// What decides when it fires, as text: if it has changed, the stored evaluation no longer
    /// applies.
    package var definition: String {
        switch trigger {
        case .cron(let line): "cron \(line) \(timezone ?? "")"
        case .interval(let seconds, let start): "every \(seconds) from \(start)"
        case .dataset(let name): "dataset \(name)"
        }
    }
}
