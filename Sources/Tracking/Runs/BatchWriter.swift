import Database
import GRDB
import Platform

/// Writes metrics, parameters and tags of one run within a transaction.
///
/// A training step waits for this, so statements are prepared once per connection.
struct BatchWriter {
    /// How values that are longer than MLflow accepts are handled.
    enum Limits { case none, cutting, refusing }

    private let db: Database
    private let run: String
    private let limits: Limits
    /// What was cut, for the log.
    private(set) var cuts: [String] = []

    init(_ db: Database, run: String, limits: Limits) {
        self.db = db
        self.run = run
        self.limits = limits
    }

    /// The value as stored: at most `limit` long.
    private mutating func fitted(
        _ value: String,
        of what: @autoclosure () -> String,
        limit: Int
    ) throws -> String {
        guard limits != .none, value.utf8.count > limit, value.unicodeScalars.count > limit else {
            try Validation.check(text: value, of: "value of \(what())")
            return value
        }
        try Validation.check(
            text: value,
            of: "value of \(what())",
            limit: limits == .refusing ? limit : nil
        )
        cuts.append(
            "The value of \(what()) of run \(run) was cut from \(value.unicodeScalars.count) to "
                + "\(limit) characters."
        )
        return String(String.UnicodeScalarView(value.unicodeScalars.prefix(limit)))
    }

    /// Appends to the history and updates `latest_metrics`.
    ///
    /// Rows that exist already are left out.
    ///
    /// - Returns: The rows that were added, if any.
    @discardableResult
    func write(metrics: [Metric]) throws -> ClosedRange<Int>? {
        guard !metrics.isEmpty else { return nil }
        // New rows get consecutive numbers after the largest.
        let newest = try Int.fetchOne(
            db.cachedStatement(sql: "SELECT max(rowid) FROM metrics")
        )
        let (first, before) = ((newest ?? 0) + 1, db.totalChangesCount)
        let history = try RowInserter(
            db,
            sql: """
                INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """
        )
        let latest = try db.cachedStatement(
            sql: """
                INSERT INTO latest_metrics (key, value, timestamp, run_uuid, step, is_nan)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (key, run_uuid) DO UPDATE SET value = excluded.value,
                    timestamp = excluded.timestamp, step = excluded.step, is_nan = excluded.is_nan
                WHERE (excluded.step, excluded.timestamp, excluded.value)
                    > (latest_metrics.step, latest_metrics.timestamp, latest_metrics.value)
                """
        )
        func row(_ metric: Metric) -> StatementArguments {
            [
                metric.key.text, metric.storedValue, metric.timestamp, run, metric.step,
                metric.value.isNaN,
            ]
        }
        // The other table needs only the last point of each key.
        var last: [TrackingKey: Metric] = [:]
        var key: TrackingKey?
        history.set(4, run)
        for (place, metric) in metrics.enumerated() {
            let place = metrics.count == 1 ? nil : place
            if let known = last[metric.key] {
                if metric.isLater(than: known) { last[metric.key] = metric }
            } else {
                try Validation.check(key: metric.key, of: .metric, at: place)
                last[metric.key] = metric
            }
            if key != metric.key { history.set(1, metric.key.text) }
            key = metric.key
            history.set(2, metric.storedValue)
            history.set(3, metric.timestamp)
            history.set(5, metric.step)
            history.set(6, metric.value.isNaN ? 1 : 0)
            try history.insert()
        }
        let added = db.totalChangesCount - before
        for metric in last.values { try latest.execute(arguments: row(metric)) }
        return added > 0 ? first...(first + added - 1) : nil
    }

    /// Adds parameters; one that exists with the same value is left alone.
    mutating func write(params: [Param]) throws {
        guard !params.isEmpty else { return }
        var seen: Set<TrackingKey> = []
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)
                ON CONFLICT (key, run_uuid) DO NOTHING
                """
        )
        for (place, param) in params.enumerated() {
            try Validation.check(
                key: param.key,
                of: .parameter,
                at: params.count == 1 ? nil : place
            )
            let value = try fitted(
                param.storedValue,
                of: "parameter \(param.key)",
                limit: Validation.paramLength
            )
            guard seen.insert(param.key).inserted else {
                throw TrackingError(
                    .invalidValue,
                    "Duplicate parameter keys have been submitted: ['\(param.key)']. Please ensure "
                        + "the request contains only one param value per param key."
                )
            }
            try statement.execute(arguments: [param.key.text, value, run])
            if db.changesCount == 0 { try checkUnchanged(param, value) }
        }
    }

    private func checkUnchanged(_ param: Param, _ value: String) throws {
        let statement = try db.cachedStatement(
            sql: "SELECT value FROM params WHERE key = ? AND run_uuid = ?"
        )
        let old = try String.fetchOne(statement, arguments: [param.key.text, run]) ?? ""
        guard old.utf8.elementsEqual(value.utf8) else {
            throw TrackingError(
                .invalidValue,
                "Changing param values is not allowed. Param with key='\(param.key)' was already "
                    + "logged with value='\(Validation.printable(old))' for run ID='\(run)'. "
                    + "Attempted logging new value '\(Validation.printable(param.value))'.",
                hint: "start a new run for other parameters"
            )
        }
    }

    /// Sets tags; `mlflow.runName` also renames the run.
    mutating func write(tags: [Tag]) throws {
        guard !tags.isEmpty else { return }
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)
                ON CONFLICT (key, run_uuid) DO UPDATE SET value = excluded.value
                """
        )
        for (place, tag) in tags.enumerated() {
            try Validation.check(key: tag.key, of: .tag, at: tags.count == 1 ? nil : place)
            let value = try fitted(
                tag.storedValue,
                of: "tag \(tag.key)",
                limit: Validation.tagLength
            )
            try statement.execute(arguments: [tag.key.text, value, run])
            guard tag.key == Tag.runName else { continue }
            let rename = try db.cachedStatement(
                sql: "UPDATE runs SET name = ? WHERE run_uuid = ?"
            )
            try rename.execute(arguments: [value, run])
        }
    }
}

extension TrackingStore {
    /// Logs metrics, parameters and tags of a run, all or nothing.
    ///
    /// Values that are longer than MLflow accepts are cut where MLflow cuts them, which is logged.
    ///
    /// - Parameters:
    ///   - change: The change to the run if the caller publishes it in this process; nil if readers
    ///     of the change feed do.
    ///   - permit: Throws if this is not allowed. It runs in the same transaction.
    /// - Returns: The number of its entry in the change feed; nil for clients, whose writes are made
    ///   together.
    /// - Throws: `TrackingError`, for example if a parameter would change its value or the run is
    ///   in the trash.
    @discardableResult
    public func log(
        _ batch: Batch,
        run: String,
        by source: RunWriter = .owner,
        published change: RunChange? = nil,
        if permit: () throws -> Void = {}
    ) throws -> Int? {
        func write(
            _ db: Database,
            _ changes: inout ChangeNotes
        ) throws -> (cuts: [String], hasRaised: Bool) {
            try RunRecord.checkActive(db, id: run)
            try permit()
            if case .execution(let mark) = source {
                try RunRecord.check(db, id: run, carries: mark)
            }
            let limits: BatchWriter.Limits = configuration.cutsLongValues ? .cutting : .refusing
            var writer = BatchWriter(db, run: run, limits: limits)
            try writer.write(params: batch.params)
            if source == .client { try LateMetrics(db: db, run: run).note(batch.metrics) }
            let rows = try writer.write(metrics: batch.metrics)
            for metric in batch.modelMetrics { try metric.insert(db) }
            try writer.write(tags: batch.tags)
            let hasRaised = try AlertWriter(db: db, now: configuration.now())
                .check(batch, of: run, rules: configuration.alertRules, &changes)
            if let change {
                changes.note(.run, run, change.rawValue, rows: rows, isPublished: true)
            } else {
                let isMetrics = rows != nil
                if isMetrics { changes.note(.run, run, RunChange.metrics.rawValue, rows: rows) }
                if !isMetrics || !batch.tags.isEmpty || !batch.params.isEmpty {
                    changes.note(run: run)
                }
            }
            return (writer.cuts, hasRaised)
        }
        // Clients are many, and their calls wait for one transaction.
        let written =
            source == .client
            ? (result: try database.writeTogether(.normal, write), change: nil)
            : try database.recording(.normal, write)
        for cut in written.result.cuts { configuration.note(cut) }
        if written.result.hasRaised { configuration.alertRaised() }
        return written.change
    }

    /// Removes a tag of a run.
    ///
    /// - Throws: `TrackingError` with code `notFound` when the run has no such tag.
    public func deleteTag(_ key: TrackingKey, run: String) throws {
        try write(.run, run) { db in
            try RunRecord.checkActive(db, id: run)
            try db.execute(
                sql: "DELETE FROM tags WHERE key = ? AND run_uuid = ?",
                arguments: [key.text, run]
            )
            guard db.changesCount > 0 else {
                throw TrackingError(
                    .notFound,
                    "No tag with name: \(key) in run with id \(run)."
                )
            }
        }
    }
}

extension Metric {
    /// Whether it replaces `other` as the last value of its key.
    fileprivate func isLater(than other: Metric) -> Bool {
        (step, timestamp, storedValue) > (other.step, other.timestamp, other.storedValue)
    }
}
