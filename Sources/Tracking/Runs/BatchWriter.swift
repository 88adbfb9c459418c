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
        let last = try lastPoints(metrics)
        try insertHistory(metrics)
        let added = db.totalChangesCount - before
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
        for metric in last {
            try latest.execute(
                arguments: [
                    metric.key.text, metric.storedValue, metric.timestamp, run, metric.step,
                    metric.value.isNaN,
                ]
            )
        }
        return added > 0 ? first...(first + added - 1) : nil
    }

    /// The last point of each key, after a check of the keys.
    private func lastPoints(_ metrics: [Metric]) throws -> [Metric] {
        var last: [Metric] = []
        var places: [TrackingKey: Int] = [:]
        var current = -1
        for (place, metric) in metrics.enumerated() {
            if current < 0 || last[current].key != metric.key {
                if let known = places[metric.key] {
                    current = known
                } else {
                    let place = metrics.count == 1 ? nil : place
                    try Validation.check(key: metric.key, of: .metric, at: place)
                    current = last.count
                    places[metric.key] = current
                    last.append(metric)
                }
            }
            if metric.isLater(than: last[current]) { last[current] = metric }
        }
        return last
    }

    /// Appends points to the history, many with each statement.
    private func insertHistory(_ metrics: [Metric]) throws {
        var rest = metrics[...]
        for (size, sql) in Self.insertions where rest.count >= size {
            let rows = try RowInserter(db, sql: sql)
            rows.set(1, run)
            while rest.count >= size {
                var parameter: Int32 = 2
                for metric in rest.prefix(size) {
                    rows.set(parameter, metric.key.text)
                    rows.set(parameter + 1, metric.storedValue)
                    rows.set(parameter + 2, metric.timestamp)
                    rows.set(parameter + 3, metric.step)
                    rows.set(parameter + 4, metric.value.isNaN ? 1 : 0)
                    parameter += 5
                }
                try rows.insert()
                rest = rest.dropFirst(size)
            }
        }
    }

    /// Statements that insert points, and how many.
    private static let insertions = [64, 16, 4, 1].map { size in
        let rows = (0..<size).map { row in
            "(?1, " + (2..<7).map { "?\(5 * row + $0)" }.joined(separator: ", ") + ")"
        }
        let sql = """
            INSERT INTO metrics (run_uuid, key, value, timestamp, step, is_nan)
            VALUES \(rows.joined(separator: ", ")) ON CONFLICT DO NOTHING
            """
        return (size, sql)
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
    ///
    /// - Parameter isNew: Whether the run has this name already.
    mutating func write(tags: [Tag], isNew: Bool = false) throws {
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
            guard !isNew, tag.key == Tag.runName else { continue }
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
            ? (result: try database.writeTogether(isRepeatable: true, write), change: nil)
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
