import GRDB

/// One point of a metric's history.
public struct MetricPoint: Sendable, Equatable {
    /// The row number, which grows with every point that any run logs.
    public var row: Int
    /// The step that it belongs to.
    public var step: Int
    /// When it was measured, in milliseconds since 1970.
    public var timestamp: Int
    /// The value; NaN where NaN was logged.
    public var value: Double

    /// Creates a point from its parts.
    public init(row: Int, step: Int, timestamp: Int, value: Double) {
        self.row = row
        self.step = step
        self.timestamp = timestamp
        self.value = value
    }

    /// Whether both are the same point; NaN equals NaN here.
    public static func == (left: MetricPoint, right: MetricPoint) -> Bool {
        left.row == right.row && left.step == right.step && left.timestamp == right.timestamp
            && (left.value == right.value || (left.value.isNaN && right.value.isNaN))
    }
}

/// A point with the run and metric that it belongs to.
public struct LoggedMetric: Sendable, Equatable {
    /// The run.
    public var run: String
    /// The metric.
    public var key: TrackingKey
    /// The point.
    public var point: MetricPoint

    /// Creates an entry from its parts.
    public init(run: String, key: TrackingKey, point: MetricPoint) {
        self.run = run
        self.key = key
        self.point = point
    }
}

extension TrackingStore {
    /// The points of one metric in the order in which they were logged.
    ///
    /// - Parameters:
    ///   - row: Only points after this row.
    ///   - limit: At most this many.
    public func metricHistory(
        _ key: TrackingKey,
        run: String,
        after row: Int = 0,
        limit: Int? = nil
    ) throws -> [MetricPoint] {
        try read { db in
            // A key occurs in every run, so the index that starts with it is the wrong one.
            let statement = try db.cachedStatement(
                sql: """
                    SELECT rowid, step, timestamp, value, is_nan
                    FROM metrics INDEXED BY index_metrics_run_uuid
                    WHERE run_uuid = ? AND rowid > ? AND key = ? ORDER BY rowid LIMIT ?
                    """
            )
            let rows = try Row.fetchCursor(statement, arguments: [run, row, key.text, limit ?? -1])
            var points: [MetricPoint] = []
            while let row = try rows.next() { points.append(MetricPoint(row: row, from: 0)) }
            return points
        }
    }

    /// A page of one metric's points by time, then step, then value, as MLflow orders them.
    public func metricPoints(
        _ key: TrackingKey,
        run: String,
        limit: Int = 25_000,
        pageToken: String? = nil
    ) throws -> SearchResult<Metric> {
        let page = try SearchPage(limit: limit, maximum: 1_000_000, token: pageToken)
        return try read { db in
            _ = try RunRecord.find(db, id: run, details: [])
            let statement = try db.cachedStatement(
                sql: """
                    SELECT key, value, is_nan, timestamp, step
                    FROM metrics INDEXED BY index_metrics_run_uuid
                    WHERE run_uuid = ? AND key = ? ORDER BY timestamp, step, value LIMIT ? OFFSET ?
                    """
            )
            let rows = try Row.fetchAll(
                statement,
                arguments: [run, key.text, page.limit + 1, page.offset]
            )
            let points = rows.map { Metric(row: $0, from: 0) }
            guard points.count > page.limit else {
                return SearchResult(items: points, nextPageToken: nil)
            }
            return SearchResult(items: Array(points.dropLast()), nextPageToken: page.next)
        }
    }

    /// The history of one metric, reduced for drawing to at most `buckets` columns.
    public func reducedHistory(
        _ key: TrackingKey,
        run: String,
        buckets: Int
    ) throws -> [MetricBucket] {
        MetricBucket.reduce(try metricHistory(key, run: run), into: buckets)
    }

    /// The points in the rows that an entry of the change feed names, in the order in which they
    /// were logged.
    public func metrics(rows: ClosedRange<Int>) throws -> [LoggedMetric] {
        try read { db in
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT run_uuid, key, rowid, step, timestamp, value, is_nan FROM metrics
                        WHERE rowid BETWEEN ? AND ? ORDER BY rowid
                        """
                ),
                arguments: [rows.lowerBound, rows.upperBound]
            )
            var found: [LoggedMetric] = []
            while let row = try rows.next() {
                let point = MetricPoint(row: row, from: 2)
                found.append(LoggedMetric(run: row[0], key: TrackingKey(row[1]), point: point))
            }
            return found
        }
    }
}

extension MetricPoint {
    /// Reads `rowid, step, timestamp, value, is_nan` from the given column on.
    fileprivate init(row: Row, from column: Int) {
        self.init(
            row: row[column],
            // Clients may log any 64 bits, and charts add and subtract steps.
            step: Metric.drawable(row[column + 1]),
            timestamp: row[column + 2],
            value: row[column + 4] ? .nan : row[column + 3]
        )
    }
}
