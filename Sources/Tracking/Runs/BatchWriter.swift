import GRDB

/// Writes metrics, parameters and tags of one run within a transaction.
///
/// This is what a training step waits for: statements are prepared once a connection.
struct BatchWriter {
    private let db: Database
    private let run: String

    init(_ db: Database, run: String) {
        self.db = db
        self.run = run
    }

    /// Appends to the history and moves `latest_metrics` forward.
    ///
    /// A row that is there already is left out.
    func write(metrics: [Metric]) throws {
        guard !metrics.isEmpty else { return }
        let history = try db.cachedStatement(
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
        // The last point of each key is enough for the other table.
        var last: [TrackingKey: Metric] = [:]
        for metric in metrics {
            if let known = last[metric.key] {
                if metric.isLater(than: known) { last[metric.key] = metric }
            } else {
                try Validation.check(key: metric.key, of: "metric")
                last[metric.key] = metric
            }
            history.setUncheckedArguments(row(metric))
            try history.execute()
        }
        for metric in last.values { try latest.execute(arguments: row(metric)) }
    }

    /// Adds parameters; one that is there with the same value is left alone.
    func write(params: [Param]) throws {
        guard !params.isEmpty else { return }
        var seen: Set<TrackingKey> = []
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)
                ON CONFLICT (key, run_uuid) DO NOTHING
                """
        )
        for param in params {
            try Validation.check(key: param.key, of: "parameter")
            try Validation.check(
                text: param.value,
                of: "value of parameter \(param.key)",
                limit: Validation.paramLength
            )
            guard seen.insert(param.key).inserted else {
                throw TrackingError(
                    .invalidValue,
                    "Duplicate parameter keys have been submitted: ['\(param.key)']. Please ensure "
                        + "the request contains only one param value per param key."
                )
            }
            try statement.execute(arguments: [param.key.text, param.storedValue, run])
            if db.changesCount == 0 { try checkUnchanged(param) }
        }
    }

    private func checkUnchanged(_ param: Param) throws {
        let statement = try db.cachedStatement(
            sql: "SELECT value FROM params WHERE key = ? AND run_uuid = ?"
        )
        let old = try String.fetchOne(statement, arguments: [param.key.text, run]) ?? ""
        guard old.utf8.elementsEqual(param.storedValue.utf8) else {
            throw TrackingError(
                .invalidValue,
                "Changing param values is not allowed. Param with key='\(param.key)' was already "
                    + "logged with value='\(Validation.printable(old))' for run ID='\(run)'. "
                    + "Attempted logging new value '\(Validation.printable(param.value))'.",
                hint: "start a new run for other parameters"
            )
        }
    }

    /// Sets tags; `mlflow.runName` renames the run too.
    func write(tags: [Tag]) throws {
        guard !tags.isEmpty else { return }
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)
                ON CONFLICT (key, run_uuid) DO UPDATE SET value = excluded.value
                """
        )
        for tag in tags {
            try tag.check()
            try statement.execute(arguments: [tag.key.text, tag.storedValue, run])
            guard tag.key == Tag.runName else { continue }
            try Validation.check(text: tag.value, of: "run name", limit: Validation.keyLength)
            let rename = try db.cachedStatement(
                sql: "UPDATE runs SET name = ? WHERE run_uuid = ?"
            )
            try rename.execute(arguments: [tag.value, run])
        }
    }
}

extension TrackingStore {
    /// Logs metrics, parameters and tags of a run, all or nothing.
    ///
    /// - Throws: `TrackingError`, among others when a parameter would change its value
    ///   or the run is in the bin.
    public func log(_ batch: Batch, run: String) throws {
        try write { db in
            try RunRecord.checkActive(db, id: run)
            let writer = BatchWriter(db, run: run)
            try writer.write(params: batch.params)
            try writer.write(metrics: batch.metrics)
            try writer.write(tags: batch.tags)
        }
    }

    /// Removes a tag of a run.
    ///
    /// - Throws: `TrackingError` with code `notFound` when the run has no such tag.
    public func deleteTag(_ key: TrackingKey, run: String) throws {
        try write { db in
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
