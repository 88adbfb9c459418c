import GRDB

extension RegistryChange {
    /// The entries that meet a condition, newest first.
    static func fetch(
        _ db: Database,
        where condition: String,
        _ arguments: StatementArguments,
        limit: Int? = nil
    ) throws -> [RegistryChange] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, changed_at, wb_deployments.changed_by, wb_deployments.model, action,
                    version, detail, version_from, version_to, reason, undoes, state, account, note
                FROM wb_deployments LEFT JOIN wb_undo ON deployment_id = id
                WHERE \(condition) ORDER BY id DESC LIMIT ?
                """
        )
        return try Row.fetchAll(statement, arguments: arguments + [limit ?? -1]).compactMap { row in
            // Actions of later versions of this program are not shown.
            guard let action = Action(rawValue: row[4]) else { return nil }
            return RegistryChange(
                id: row[0],
                time: row[1],
                author: row[2],
                model: row[3],
                action: action,
                version: row[5],
                detail: row[6],
                deployedBefore: row[7],
                deployedAfter: row[8],
                reason: row[9],
                undoes: row[10],
                state: State(rawValue: row[11] ?? ""),
                account: row[12],
                note: row[13]
            )
        }
    }

    /// Appends to the history; the database gives the number.
    mutating func insert(_ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO wb_deployments (changed_at, changed_by, model, action, version, detail,
                    version_from, version_to, reason, undoes, account, note)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                time, author, model, action.rawValue, version, detail, deployedBefore,
                deployedAfter, reason, undoes, account, note,
            ]
        )
        id = Int(db.lastInsertedRowID)
    }
}
