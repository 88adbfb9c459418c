import GRDB

extension TrackingStore {
    /// The points of one metric in several runs, by run id, time, step and value.
    ///
    /// Unknown runs have none.
    public func metricPoints(
        _ key: TrackingKey,
        runs: [String],
        limit: Int
    ) throws -> [(run: String, metric: Metric)] {
        let page = try SearchPage(limit: limit, maximum: 1_000_000, token: nil)
        return try read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT key, value, is_nan, timestamp, step
                    FROM metrics INDEXED BY index_metrics_run_uuid
                    WHERE run_uuid = ? AND key = ? ORDER BY timestamp, step, value LIMIT ?
                    """
            )
            var found: [(run: String, metric: Metric)] = []
            for run in Set(runs.map { TrackingKey($0) }).sorted() where found.count < page.limit {
                let left = page.limit - found.count
                let rows = try Row.fetchAll(statement, arguments: [run.text, key.text, left])
                found += rows.map { (run.text, Metric(row: $0, from: 0)) }
            }
            return found
        }
    }

    /// At most `maximum` points of one metric of a run, evenly spread, by step, time and value; the
    /// last one is always included.
    ///
    /// - Parameter steps: The range of steps; all if nil.
    public func sampledPoints(
        _ key: TrackingKey,
        run: String,
        steps: ClosedRange<Int>? = nil,
        maximum: Int
    ) throws -> [Metric] {
        precondition(maximum > 0, "at least one point must be asked for")
        return try read { db in
            // As MLflow does it: as many groups of neighbours as points are wanted, the first of
            // each.
            let statement = try db.cachedStatement(
                sql: """
                    WITH points AS (
                        SELECT key, value, is_nan, timestamp, step,
                            row_number() OVER (ORDER BY step, timestamp, value, is_nan) AS place,
                            count(*) OVER () AS count
                        FROM metrics INDEXED BY index_metrics_run_uuid
                        WHERE run_uuid = ?1 AND key = ?2 AND step BETWEEN ?3 AND ?4
                    ), grouped AS (
                        SELECT *, ntile(?5) OVER (ORDER BY place) AS bucket FROM points
                    ), firsts AS (
                        SELECT *, row_number() OVER (PARTITION BY bucket ORDER BY place) AS first
                        FROM grouped
                    )
                    SELECT key, value, is_nan, timestamp, step, place = count FROM firsts
                    WHERE first = 1 OR place = count ORDER BY place
                    """
            )
            let rows = try Row.fetchAll(
                statement,
                arguments: [
                    run, key.text, steps?.lowerBound ?? .min, steps?.upperBound ?? .max, maximum,
                ]
            )
            let points = rows.map { Metric(row: $0, from: 0) }
            // The last point replaces the first of the last group.
            return points.count > maximum ? points.dropLast(2) + points.suffix(1) : points
        }
    }
}
