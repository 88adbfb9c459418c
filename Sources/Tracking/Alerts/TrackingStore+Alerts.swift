import Database
import GRDB
import Platform

extension TrackingStore {
    /// Raises an alert.
    ///
    /// The same alert within ten minutes, or more than 20 of one run or flow run in them, only counts
    /// up the one before.
    ///
    /// - Returns: The alert; nil if it got no row of its own.
    @discardableResult
    public func raise(_ request: AlertRequest) throws -> Alert? {
        let id = try write { db, changes in
            try AlertWriter(db: db, now: configuration.now()).raise(request, &changes)
        }
        guard let id else { return nil }
        configuration.alertRaised()
        return try alert(id)
    }

    /// An alert; nil if there is none with this number.
    public func alert(_ id: Int) throws -> Alert? {
        try alerts(where: "id = ?", [id], limit: 1).first
    }

    /// Alerts, the newest first.
    ///
    /// - Parameters:
    ///   - since: Only those raised or repeated at or after this time, in milliseconds since 1970.
    ///   - open: Only those that nobody has acknowledged.
    ///   - limit: At most this many.
    public func alerts(since: Int = 0, open: Bool = false, limit: Int = 1_000) throws -> [Alert] {
        try alerts(
            where: "last_at >= ?" + (open ? " AND acknowledged_at IS NULL" : ""),
            [since],
            limit: limit
        )
    }

    /// The number of alerts that nobody has acknowledged.
    public func openAlertCount() throws -> Int {
        try read { db in
            try Int.fetchOne(
                db,
                sql: "SELECT count(*) FROM wb_alerts WHERE acknowledged_at IS NULL"
            ) ?? 0
        }
    }

    private func alerts(
        where condition: String,
        _ arguments: StatementArguments,
        limit: Int
    ) throws -> [Alert] {
        try read { db in
            var alerts = try Row.fetchAll(
                db,
                sql: "SELECT * FROM wb_alerts WHERE \(condition) ORDER BY id DESC LIMIT ?",
                arguments: arguments + [limit]
            ).map(Alert.init)
            guard let first = alerts.last?.id, let last = alerts.first?.id else { return [] }
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM wb_alert_deliveries WHERE alert BETWEEN ? AND ?
                    ORDER BY alert, target
                    """,
                arguments: [first, last]
            )
            let deliveries = Dictionary(grouping: rows) { $0["alert"] as Int }
            for place in alerts.indices {
                alerts[place].deliveries =
                    deliveries[alerts[place].id]?.compactMap(AlertDelivery.init) ?? []
            }
            return alerts
        }
    }

    /// Acknowledges alerts.
    ///
    /// - Parameters:
    ///   - ids: Nil for all that are open.
    ///   - author: `user@host`; nil for this process's user.
    /// - Returns: How many were open.
    /// - Throws: `TrackingError` with code `notFound` for a number without an alert.
    @discardableResult
    public func acknowledge(_ ids: [Int]? = nil, by author: String? = nil) throws -> Int {
        try write { db, changes in
            let wanted =
                try ids
                ?? Int.fetchAll(db, sql: "SELECT id FROM wb_alerts WHERE acknowledged_at IS NULL")
            var count = 0
            for id in wanted {
                try db.execute(
                    sql: """
                        UPDATE wb_alerts SET acknowledged_at = ?, acknowledged_by = ?
                        WHERE id = ? AND acknowledged_at IS NULL
                        """,
                    arguments: [
                        configuration.now(), author ?? configuration.identity.description, id,
                    ]
                )
                count += db.changesCount
                if db.changesCount > 0 { changes.note(.alert, "\(id)", "acknowledged") }
                let exists = try Int.fetchOne(
                    db,
                    sql: "SELECT 1 FROM wb_alerts WHERE id = ?",
                    arguments: [id]
                )
                guard exists != nil else {
                    throw TrackingError(.notFound, "There is no alert \(id).")
                }
            }
            return count
        }
    }
}

extension Alert {
    init(_ row: Row) {
        self.init(
            id: row["id"],
            level: Level(rawValue: row["level"]) ?? .warning,
            title: row["title"],
            text: row["text"],
            source: Source(
                Source.Kind(rawValue: row["kind"]) ?? .run,
                name: row["name"],
                run: row["run"],
                flowRun: row["flow_run"]
            ),
            raisedAt: row["raised_at"],
            repeats: row["repeats"],
            acknowledgedAt: row["acknowledged_at"],
            acknowledgedBy: row["acknowledged_by"],
            deliveries: []
        )
    }
}

extension AlertDelivery {
    init?(_ row: Row) {
        guard let state = State(rawValue: row["state"]) else { return nil }
        self.init(
            target: row["target"],
            state: state,
            attempts: row["attempts"],
            nextAt: row["next_at"],
            problem: row["problem"]
        )
    }
}
