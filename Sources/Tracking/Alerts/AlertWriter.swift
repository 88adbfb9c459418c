import Database
import GRDB
import Platform

/// Raises alerts within a transaction, and keeps a loop of them from filling the table.
struct AlertWriter {
    let db: Database
    /// The time in milliseconds since 1970.
    let now: Int

    /// The span in which alerts are counted, in milliseconds.
    static let window = 600_000
    /// The most rows of one run or flow run, and of all, in the window.
    static let limits = (source: 20, all: 200)
    /// The longest title and text, in characters.
    static let lengths = (title: 200, text: 4_000)
    /// How many rows are kept.
    private static let kept = 10_000

    /// Raises an alert.
    ///
    /// - Returns: Its number; nil if it got no row: it was raised before, the same was raised in the
    ///   last ten minutes, or there were too many in them.
    func raise(_ request: AlertRequest, _ changes: inout ChangeNotes) throws -> Int? {
        let title = Self.cut(request.title, Self.lengths.title)
        let text = Self.cut(request.text, Self.lengths.text)
        if let identity = request.identity {
            let known = try db.cachedStatement(sql: "SELECT 1 FROM wb_alerts WHERE identity = ?")
            guard try Int.fetchOne(known, arguments: [identity]) == nil else { return nil }
        }
        if let repeated = try same(title, text, request.source) ?? flooded(request.source) {
            try db.execute(
                sql: "UPDATE wb_alerts SET repeats = repeats + 1, last_at = ? WHERE id = ?",
                arguments: [now, repeated]
            )
            changes.note(.alert, "\(repeated)", "repeated")
            return nil
        }
        try db.execute(
            sql: """
                INSERT INTO wb_alerts
                    (level, title, text, kind, name, run, flow_run, identity, raised_at, last_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                request.level.rawValue, title, text, request.source.kind.rawValue,
                request.source.name, request.source.run, request.source.flowRun, request.identity,
                now, now,
            ]
        )
        let id = Int(db.lastInsertedRowID)
        if id % 100 == 0 {
            try db.execute(sql: "DELETE FROM wb_alerts WHERE id <= ?", arguments: [id - Self.kept])
        }
        changes.note(.alert, "\(id)", "raised")
        return id
    }

    /// The alert that said the same within the window.
    private func same(_ title: String, _ text: String, _ source: Alert.Source) throws -> Int? {
        try Int.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT id FROM wb_alerts
                    WHERE raised_at > ? AND title = ? AND text = ? AND kind = ? AND name IS ?
                        AND run IS ? AND flow_run IS ? ORDER BY id DESC LIMIT 1
                    """
            ),
            arguments: [
                now - Self.window, title, text, source.kind.rawValue, source.name, source.run,
                source.flowRun,
            ]
        )
    }

    /// The last alert of the source, or of all, if there were too many within the window.
    private func flooded(_ source: Alert.Source) throws -> Int? {
        let counted = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT count(*), max(id), count(*) FILTER (WHERE run IS ?2 AND flow_run IS ?3),
                        max(id) FILTER (WHERE run IS ?2 AND flow_run IS ?3)
                    FROM wb_alerts WHERE raised_at > ?1
                    """
            ),
            arguments: [now - Self.window, source.run, source.flowRun]
        )
        guard let counted else { return nil }
        if (counted[2] as Int) >= Self.limits.source { return counted[3] }
        return (counted[0] as Int) >= Self.limits.all ? counted[1] : nil
    }

    private static func cut(_ text: String, _ limit: Int) -> String {
        let scalars = text.unicodeScalars.filter { $0 != "\0" }
        guard scalars.count > limit else { return String(String.UnicodeScalarView(scalars)) }
        return String(String.UnicodeScalarView(scalars.prefix(limit - 1))) + "…"
    }
}

extension AlertWriter {
    /// Raises what a run's new tags and metrics ask for.
    ///
    /// - Returns: Whether an alert was raised.
    func check(
        _ batch: Batch,
        of run: String,
        rules: () -> [AlertRule],
        _ changes: inout ChangeNotes
    ) throws -> Bool {
        var hasRaised = false
        if let tag = batch.tags.last(where: { $0.key == Tag.alert }) {
            hasRaised = try raise(tag, of: run, &changes) != nil
        }
        guard !batch.metrics.isEmpty else { return hasRaised }
        for rule in rules() {
            let key = TrackingKey(rule.metric)
            for metric in batch.metrics where metric.key == key {
                if try check(metric, of: run, rule, &changes) != nil { hasRaised = true }
            }
        }
        return hasRaised
    }

    private func raise(_ tag: Tag, of run: String, _ changes: inout ChangeNotes) throws -> Int? {
        let text = tag.storedValue
        guard !text.isEmpty else { return nil }
        let level = try String.fetchOne(
            db.cachedStatement(sql: "SELECT value FROM tags WHERE run_uuid = ? AND key = ?"),
            arguments: [run, Tag.alertLevel.text]
        )
        let lines = text.split(separator: "\n", maxSplits: 1).map(String.init)
        return try raise(
            AlertRequest(
                level.flatMap(Alert.Level.init) ?? .warning,
                lines.first ?? text,
                text: lines.count > 1 ? lines[1] : "",
                source: Alert.Source(.tag, run: run),
                identity: "tag \(run) \(sha256(of: text))"
            ),
            &changes
        )
    }

    private func check(
        _ metric: Metric,
        of run: String,
        _ rule: AlertRule,
        _ changes: inout ChangeNotes
    ) throws -> Int? {
        guard rule.isViolated(by: metric.value) else {
            try db.execute(
                sql: "DELETE FROM wb_alert_episodes WHERE run = ? AND rule = ?",
                arguments: [run, rule.name]
            )
            return nil
        }
        try db.execute(
            sql: "INSERT OR IGNORE INTO wb_alert_episodes (run, rule) VALUES (?, ?)",
            arguments: [run, rule.name]
        )
        guard db.changesCount > 0 else { return nil }
        return try raise(
            AlertRequest(
                rule.level,
                "\(rule.metric) is \(AlertRule.text(metric.value)) at step \(metric.step)",
                text: "The rule is: \(rule.name).",
                source: Alert.Source(.rule, name: rule.name, run: run)
            ),
            &changes
        )
    }
}

extension Tag {
    /// The tag by which any client raises an alert: its first line is the title.
    public static let alert: TrackingKey = "workbench.alert"
    /// The tag with the level of such an alert: `info`, `warning` or `error`.
    public static let alertLevel: TrackingKey = "workbench.alert.level"
}
