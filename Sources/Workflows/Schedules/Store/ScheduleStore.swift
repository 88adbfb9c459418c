package import Database
import GRDB
import Platform

/// Which schedules are on, and what has fired.
///
/// The calls throw `StoreError`.
package final class ScheduleStore: Sendable {
    private let database: DatabaseFile
    /// The time in milliseconds since 1970.
    package let now: @Sendable () -> Int

    /// Creates a store on the tables of a database.
    package init(_ database: DatabaseFile, now: @escaping @Sendable () -> Int) {
        self.database = database
        self.now = now
    }

    // MARK: - Schedules

    /// All schedules that were ever switched on.
    package func schedules() throws -> [ScheduleRecord] {
        try database.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM wb_schedules ORDER BY path, name")
                .map(ScheduleRecord.init)
        }
    }

    /// A schedule; nil if it was never switched on.
    package func schedule(_ name: String, of path: String) throws -> ScheduleRecord? {
        try database.read { db in try Self.schedule(name, of: path, db) }
    }

    private static func schedule(
        _ name: String,
        of path: String,
        _ db: Database
    ) throws -> ScheduleRecord? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT * FROM wb_schedules WHERE path = ? AND name = ?"),
            arguments: [path, name]
        ).map(ScheduleRecord.init)
    }

    /// Adds or changes a schedule.
    package func save(_ record: ScheduleRecord) throws {
        try database.write(.schedule, record.path, .full) { db in try record.save(db) }
    }

    /// Changes a schedule, if it exists.
    package func update(
        _ name: String,
        of path: String,
        _ change: (inout ScheduleRecord) -> Void
    ) throws {
        try database.write { db, changes in
            guard let before = try Self.schedule(name, of: path, db) else { return }
            var record = before
            change(&record)
            guard record != before else { return }
            try record.save(db)
            changes.note(.schedule, path)
        }
    }

    // MARK: - Firings

    /// Records due firings and up to where their schedule is evaluated, all or none; nothing if it
    /// was switched off meanwhile.
    ///
    /// - Returns: Those whose instant was not recorded before.
    package func record(due firings: [Firing], of schedule: ScheduleRecord) throws -> [Firing] {
        try database.write(.full) { db, changes in
            guard var record = try Self.schedule(schedule.name, of: schedule.path, db), record.isOn
            else { return [] }
            record.definition = schedule.definition
            record.evaluated = schedule.evaluated
            record.digest = schedule.digest
            changes.note(.schedule, schedule.path)
            // A pruned instant has fired.
            let new = try firings.filter { firing in
                if let pruned = record.pruned, firing.instant <= pruned { return false }
                return try firing.insert(db, at: now())
            }
            if let last = new.last?.instant { record.firedAt = max(last, record.firedAt ?? .min) }
            try Self.prune(&record, db)
            try record.save(db)
            return new
        }
    }

    /// Records firings that a person asks for.
    ///
    /// - Parameter schedule: Is added, if the store does not have it.
    /// - Returns: Those whose instant was not recorded before.
    package func record(
        backfilled firings: [Firing],
        of schedule: ScheduleRecord
    ) throws -> [Firing] {
        try database.write(.full) { db, changes in
            changes.note(.schedule, schedule.path)
            if try Self.schedule(schedule.name, of: schedule.path, db) == nil {
                try schedule.save(db)
            }
            return try firings.filter { try $0.insert(db, at: now()) }
        }
    }

    /// Those of some firings whose instant is not recorded.
    package func unknown(of firings: [Firing]) throws -> [Firing] {
        try database.read { db in
            let statement = try db.cachedStatement(sql: "SELECT 1 FROM wb_firings WHERE id = ?")
            return try firings.filter { try Row.fetchOne(statement, arguments: [$0.id]) == nil }
        }
    }

    /// The firings in some states, the oldest first.
    package func firings(in states: Set<Firing.State>) throws -> [Firing] {
        try database.read { db in
            let list = states.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM wb_firings WHERE state IN (\(list))
                    ORDER BY instant, path, schedule
                    """
            ).compactMap(Firing.init)
        }
    }

    /// The newest firings of a schedule, the newest first.
    package func firings(of path: String, schedule: String, limit: Int) throws -> [Firing] {
        try database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM wb_firings WHERE path = ? AND schedule = ?
                    ORDER BY instant DESC LIMIT ?
                    """,
                arguments: [path, schedule, limit]
            ).compactMap(Firing.init)
        }
    }

    /// Changes the state of a firing.
    package func move(
        _ firing: Firing,
        to state: Firing.State,
        reason: String? = nil
    ) throws {
        try database.write(.schedule, firing.path, .full) { db in
            try db.execute(
                sql: "UPDATE wb_firings SET state = ?, reason = ? WHERE id = ?",
                arguments: [state.rawValue, reason, firing.id]
            )
        }
    }

    /// How many rows of a schedule are kept.
    private static let kept = 5_000

    /// Deletes the oldest ended rows of a schedule when there are many.
    private static func prune(_ schedule: inout ScheduleRecord, _ db: Database) throws {
        let newest = try Int.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT instant FROM wb_firings WHERE path = ? AND schedule = ?
                    ORDER BY instant DESC LIMIT 1 OFFSET ?
                    """
            ),
            arguments: [schedule.path, schedule.name, kept]
        )
        guard let newest else { return }
        try db.execute(
            sql: """
                DELETE FROM wb_firings WHERE path = ? AND schedule = ? AND instant <= ?
                    AND state NOT IN ('claimed', 'waiting', 'started')
                """,
            arguments: [schedule.path, schedule.name, newest]
        )
        schedule.pruned = max(newest, schedule.pruned ?? .min)
    }
}
