import Database
import GRDB
import Platform

extension TrackingStore {
    /// Adds the deliveries of alerts that have none decided yet.
    ///
    /// An alert older than a day is not delivered any more.
    ///
    /// - Parameter targets: The targets of an alert of a level.
    package func routeAlerts(to targets: (Alert.Level) -> [String]) throws {
        try write { db, changes in
            let rows = try Row.fetchAll(
                db,
                sql: "SELECT id, level, raised_at FROM wb_alerts WHERE routed = 0 ORDER BY id"
            )
            let now = configuration.now()
            for row in rows {
                let id: Int = row["id"]
                try db.execute(sql: "UPDATE wb_alerts SET routed = 1 WHERE id = ?", arguments: [id])
                changes.note(.alert, "\(id)", "delivery")
                guard let level = Alert.Level(rawValue: row["level"]),
                    now - (row["raised_at"] as Int) < 86_400_000
                else { continue }
                for target in targets(level) {
                    try db.execute(
                        sql: """
                            INSERT OR IGNORE INTO wb_alert_deliveries (alert, target, state, next_at)
                            VALUES (?, ?, 'pending', ?)
                            """,
                        arguments: [id, target, now]
                    )
                }
            }
        }
    }

    /// Whether an alert has no deliveries decided, or one is pending.
    package func hasOpenDeliveries() throws -> Bool {
        try read { db in
            try Int.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM wb_alerts WHERE routed = 0)
                        OR EXISTS (SELECT 1 FROM wb_alert_deliveries WHERE state = 'pending')
                    """
            ) == 1
        }
    }

    /// Whether an alert has no deliveries decided.
    package func hasUnroutedAlerts() throws -> Bool {
        try read { db in
            try Int.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM wb_alerts WHERE routed = 0)")
                == 1
        }
    }

    /// The pending deliveries, the next one first.
    package func pendingDeliveries() throws -> [(alert: Alert, delivery: AlertDelivery)] {
        let rows = try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM wb_alert_deliveries WHERE state = 'pending'
                    ORDER BY next_at, alert LIMIT 100
                    """
            )
        }
        return try rows.compactMap { row in
            guard let delivery = AlertDelivery(row), let alert = try alert(row["alert"]) else {
                return nil
            }
            return (alert, delivery)
        }
    }

    /// Stores how a try went.
    package func save(_ delivery: AlertDelivery, of alert: Int) throws {
        try write { db, changes in
            try db.execute(
                sql: """
                    UPDATE wb_alert_deliveries
                    SET state = ?, attempts = ?, next_at = ?, problem = ?
                    WHERE alert = ? AND target = ?
                    """,
                arguments: [
                    delivery.state.rawValue, delivery.attempts, delivery.nextAt, delivery.problem,
                    alert, delivery.target,
                ]
            )
            changes.note(.alert, "\(alert)", "delivery")
        }
    }
}
