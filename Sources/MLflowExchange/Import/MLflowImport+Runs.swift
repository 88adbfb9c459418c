import GRDB
import Tracking

extension MLflowImport {
    /// How many points of metrics are copied between two progress reports.
    private static let reported = 500_000

    private static let joinRuns = "CROSS JOIN temp.new_runs AS r ON r.id = s.run_uuid"

    private static let orphan =
        "NOT EXISTS (SELECT 1 FROM temp.source_runs WHERE id IS s.run_uuid)"

    /// Fills `new_runs` with the runs to import, and lists the others.
    mutating func listRuns() throws {
        let table = ImportedTable.runs
        try db.execute(
            sql: """
                CREATE TEMP TABLE source_runs (id PRIMARY KEY, is_present INTEGER);
                INSERT OR IGNORE INTO temp.source_runs
                    SELECT run_uuid, EXISTS (SELECT 1 FROM main.runs
                        WHERE main.runs.run_uuid = source.runs.run_uuid) FROM source.runs;
                CREATE TEMP TABLE valid_experiments (old INTEGER PRIMARY KEY);
                INSERT OR IGNORE INTO temp.valid_experiments
                    SELECT s.experiment_id FROM source.experiments AS s
                    WHERE \(condition(.experiments));
                CREATE TEMP TABLE new_runs (id TEXT PRIMARY KEY) WITHOUT ROWID;
                INSERT OR IGNORE INTO temp.new_runs
                    SELECT s.run_uuid FROM source.runs AS s
                        JOIN temp.valid_experiments AS e ON e.old = s.experiment_id
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
                    AND s.experiment_id NOT IN (SELECT old FROM temp.valid_experiments)
                """,
            because: "its experiment is missing or was not taken"
        )
    }

    /// Enters the new runs in the journal.
    mutating func enterRuns() throws {
        try inPiecesOfRuns { work, range in
            try work.journal.enter(work.db, runs: range.runs)
            // Those that another import has completed meanwhile.
            try work.db.execute(
                sql: """
                    DELETE FROM temp.new_runs WHERE \(range.condition("id"))
                        AND id IN (SELECT run_uuid FROM main.runs)
                    """
            )
        }
    }

    /// Imports runs whose rows are complete, some at a time.
    mutating func importRunsInPieces() throws {
        try listInputs()
        try inPiecesOfRuns { work, range in try work.importRuns(in: range) }
    }

    /// Some of the runs to import.
    struct RunRange {
        var after = ""
        var last: String?

        /// The condition that a column names one of them.
        ///
        /// Ids are letters, digits, `_` and `-`.
        func condition(_ column: String) -> String {
            "\(column) > '\(after)'" + (last.map { " AND \(column) <= '\($0)'" } ?? "")
        }

        /// The statement that selects their ids.
        var runs: String { "SELECT id FROM temp.new_runs WHERE \(condition("id"))" }
    }

    /// Makes changes for ranges of runs, each in a transaction.
    private mutating func inPiecesOfRuns(
        _ body: (inout MLflowImport, RunRange) throws -> Void
    ) throws {
        var range = RunRange()
        while true {
            range.last = try String.fetchOne(
                db,
                sql: "SELECT id FROM temp.new_runs WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?",
                arguments: [range.after, pace.rows - 1]
            )
            let began = ContinuousClock.now
            try transaction { try body(&$0, range) }
            pace.adapt(to: ContinuousClock.now - began)
            guard let last = range.last else { return }
            range.after = last
            pace.rest()
        }
    }

    /// Imports runs with their inputs, which thereby become visible.
    mutating func importRuns(in range: RunRange = RunRange()) throws {
        let table = ImportedTable.runs
        summary.runs += try copyRows(
            table,
            """
            \(Self.joinRuns) CROSS JOIN temp.new_experiments AS e ON e.old = s.experiment_id
            """,
            setting: [
                "experiment_id": "e.new",
                "artifact_uri": "kept_location(\(shape.value("artifact_uri", of: table)))",
                "lifecycle_stage":
                    "coalesce(\(shape.value("lifecycle_stage", of: table)), 'active')",
            ],
            range: range.condition("s.run_uuid")
        )
        // Older versions of MLflow stored the name only in the tag.
        try db.execute(
            sql: """
                UPDATE main.runs SET name = (SELECT value FROM main.tags AS t
                    WHERE t.run_uuid = main.runs.run_uuid AND t.key = 'mlflow.runName')
                WHERE run_uuid IN (\(range.runs)) AND coalesce(name, '') = ''
                """
        )
        try importInputs(of: range)
        try journal.leave(db, runs: range.runs)
    }

    /// Imports parameters and tags.
    mutating func importRunDetails() throws {
        summary.params = try importDetails(.params)
        summary.tags = try importDetails(.tags, setting: ["key": Self.foreign("key")])
    }

    private mutating func importDetails(
        _ table: ImportedTable,
        setting values: [String: String] = [:]
    ) throws -> Int {
        try nameOrphans(table, where: Self.orphan, because: "its run is missing")
        return try copyInPieces(table, Self.joinRuns, setting: values)
    }

    /// Imports the full history of metrics, in the order in which it was logged.
    mutating func importMetrics() throws {
        let largest = "1.7976931348623157e308"
        let value = ["value": "max(-\(largest), min(\(largest), s.value))"]
        guard shape.has("metrics") else { return }
        let total = try count("source.metrics")
        try listKeys()
        var (done, told) = (0, 0)
        try progress(ImportProgress(.metrics, done: 0, total: total))
        let progress = progress
        summary.metricPoints = try copyInPieces(
            .metrics,
            Self.joinRuns,
            setting: value,
            checked: (["run_uuid", "key"], "CROSS JOIN temp.metric_keys AS k ON k.key = s.key")
        ) { count in
            done += count
            guard done - told >= Self.reported else { return }
            told = done
            try progress(ImportProgress(.metrics, done: done, total: total))
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
        // Found without keeping other writers waiting, then copied as if the source had them.
        try db.execute(
            sql: """
                CREATE TEMP TABLE last_values AS
                SELECT key, value, timestamp, step, is_nan, run_uuid FROM (
                    SELECT m.*, row_number() OVER (PARTITION BY m.run_uuid, m.key
                        ORDER BY step DESC, timestamp DESC, value DESC) AS place
                    FROM temp.new_runs AS r
                        CROSS JOIN main.metrics AS m INDEXED BY index_metrics_run_uuid
                        ON m.run_uuid = r.id)
                WHERE place = 1
                """
        )
        var last = 0
        let total = try count("temp.last_values")
        while last < total {
            let end = last + pace.rows
            let began = ContinuousClock.now
            try transaction { work in
                try work.db.execute(
                    sql: """
                        INSERT INTO main.latest_metrics (key, value, timestamp, step, is_nan,
                            run_uuid)
                        SELECT key, value, timestamp, step, is_nan, run_uuid FROM temp.last_values
                        WHERE rowid > \(last) AND rowid <= \(end) ON CONFLICT DO NOTHING
                        """
                )
            }
            pace.adapt(to: ContinuousClock.now - began)
            last = end
            if last < total { pace.rest() }
        }
    }
}
