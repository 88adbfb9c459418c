import GRDB
import Tracking

extension MLflowImport {
    /// How many rows of metrics are copied between two progress reports.
    private static let chunk = 500_000

    private static let joinRuns = "CROSS JOIN temp.new_runs AS r ON r.id = s.run_uuid"

    private static let orphan =
        "NOT EXISTS (SELECT 1 FROM temp.source_runs WHERE id IS s.run_uuid)"

    /// Imports runs with their parameters and tags, and fills `new_runs`.
    mutating func importRuns() throws {
        let table = ImportedTable.runs
        try db.execute(
            sql: """
                CREATE TEMP TABLE source_runs (id PRIMARY KEY, is_present INTEGER);
                INSERT OR IGNORE INTO temp.source_runs
                    SELECT run_uuid, EXISTS (SELECT 1 FROM main.runs
                        WHERE main.runs.run_uuid = source.runs.run_uuid) FROM source.runs;
                CREATE TEMP TABLE new_runs (id TEXT PRIMARY KEY, experiment INTEGER) WITHOUT ROWID;
                INSERT OR IGNORE INTO temp.new_runs
                    SELECT s.run_uuid, e.new FROM source.runs AS s
                        JOIN temp.new_experiments AS e ON e.old = s.experiment_id
                        JOIN temp.source_runs AS p ON p.id = s.run_uuid
                    WHERE NOT p.is_present AND \(condition(table));
                """
        )
        summary.runsPresent = try count("temp.source_runs", where: "is_present")
        let isHere = "EXISTS (SELECT 1 FROM temp.source_runs WHERE id = s.run_uuid AND is_present)"
        try nameFaults(table, range: "NOT \(isHere)")
        try nameOrphans(
            table,
            where: """
                NOT \(isHere) AND \(condition(table))
                    AND s.experiment_id NOT IN (SELECT old FROM temp.new_experiments)
                """,
            because: "its experiment is missing or was not taken"
        )
        summary.runs = try copyRows(
            table,
            Self.joinRuns,
            setting: [
                "experiment_id": "r.experiment",
                "artifact_uri": "kept_location(\(shape.value("artifact_uri", of: table)))",
                "lifecycle_stage":
                    "coalesce(\(shape.value("lifecycle_stage", of: table)), 'active')",
            ]
        )
        summary.params = try importDetails(.params)
        summary.tags = try importDetails(.tags, setting: ["key": Self.foreign("key")])
        // Older versions of MLflow stored the name only in the tag.
        try db.execute(
            sql: """
                UPDATE main.runs SET name = (SELECT value FROM main.tags AS t
                    WHERE t.run_uuid = main.runs.run_uuid AND t.key = 'mlflow.runName')
                WHERE coalesce(name, '') = '' AND run_uuid IN (SELECT id FROM temp.new_runs)
                """
        )
    }

    private mutating func importDetails(
        _ table: ImportedTable,
        setting values: [String: String] = [:]
    ) throws -> Int {
        try nameOrphans(table, where: Self.orphan, because: "its run is missing")
        return try copyRows(table, Self.joinRuns, setting: values)
    }

    /// Imports the full history of metrics, in the order in which it was logged.
    mutating func importMetrics() throws {
        let largest = "1.7976931348623157e308"
        let value = ["value": "max(-\(largest), min(\(largest), s.value))"]
        guard shape.has("metrics") else { return }
        let total = try count("source.metrics")
        try listKeys()
        var (last, done) = (Int64.min, 0)
        while done < total {
            try progress(ImportProgress(.metrics, done: done, total: total))
            let next = try Int64.fetchOne(
                db,
                sql: """
                    SELECT rowid FROM source.metrics WHERE rowid > ? ORDER BY rowid
                    LIMIT 1 OFFSET \(Self.chunk - 1)
                    """,
                arguments: [last]
            )
            let range = "s.rowid > \(last) AND s.rowid <= \(next ?? .max)"
            summary.metricPoints += try copyRows(
                .metrics,
                Self.joinRuns,
                setting: value,
                range: range,
                checked: (
                    ["run_uuid", "key"], "CROSS JOIN temp.metric_keys AS k ON k.key = s.key"
                )
            )
            guard let next else { break }
            last = next
            done += Self.chunk
        }
        if summary.metricPoints < total {
            try nameOrphans(.metrics, where: Self.orphan, because: "its run is missing")
        }
        try progress(ImportProgress(.metrics, done: total, total: total))
        try importLatestMetrics(setting: value)
    }

    /// Fills `metric_keys` with the valid names.
    ///
    /// There are few: looking one up is much faster than checking it at every point. Each is found
    /// with one seek in the index of the primary key, which starts with it.
    private func listKeys() throws {
        let rule = ImportedTable.metrics.columns[0].condition("key")
        try db.execute(
            sql: """
                CREATE TEMP TABLE metric_keys (key TEXT PRIMARY KEY) WITHOUT ROWID;
                INSERT INTO temp.metric_keys
                    WITH RECURSIVE keys (key) AS (
                        SELECT min(key) FROM source.metrics
                        UNION ALL
                        SELECT (SELECT min(m.key) FROM source.metrics AS m WHERE m.key > keys.key)
                            FROM keys WHERE key IS NOT NULL)
                    SELECT key FROM keys WHERE \(rule);
                """
        )
    }

    private mutating func importLatestMetrics(setting value: [String: String]) throws {
        if shape.has("latest_metrics"), try count("source.latest_metrics") > 0 {
            _ = try importDetails(.latestMetrics, setting: value)
            return
        }
        try db.execute(
            sql: """
                INSERT INTO main.latest_metrics (key, value, timestamp, step, is_nan, run_uuid)
                SELECT key, value, timestamp, step, is_nan, run_uuid FROM (
                    SELECT m.*, row_number() OVER (PARTITION BY m.run_uuid, m.key
                        ORDER BY step DESC, timestamp DESC, value DESC) AS place
                    FROM temp.new_runs AS r
                        CROSS JOIN main.metrics AS m INDEXED BY index_metrics_run_uuid
                        ON m.run_uuid = r.id)
                WHERE place = 1
                """
        )
    }
}
