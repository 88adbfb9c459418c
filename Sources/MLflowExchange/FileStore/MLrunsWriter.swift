import Database
import GRDB
import Tracking

/// Writes a file store's content into tables named as MLflow's.
///
/// They have no keys and no checks: invalid rows are found and reported by the import.
struct MLrunsWriter {
    private let db: Database

    init(_ db: Database) throws {
        self.db = db
        let tables: [ImportedTable] = [
            .experiments, .experimentTags, .runs, .params, .tags, .metrics,
        ]
        for table in tables {
            let columns = table.columns.map(\.name).joined(separator: ", ")
            try db.execute(sql: "CREATE TABLE \(table.name) (\(columns))")
        }
    }

    /// A run from its `meta.yaml`.
    struct Run {
        let id: String
        let experiment: Int
        let meta: MetaFile
        let status: String
        let sourceType: String

        private static let statuses = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]
        private static let sourceTypes = ["NOTEBOOK", "JOB", "PROJECT", "LOCAL", "UNKNOWN"]

        /// Parses states, which are numbers from 1 or words; nil if the status is neither.
        init?(_ meta: MetaFile, id: String, experiment: Int) {
            func word(_ key: TrackingKey, _ words: [String]) -> String? {
                if let number = meta.integer(key) {
                    return words.indices.contains(number &- 1) ? words[number - 1] : nil
                }
                return meta.text(key).flatMap { words.contains($0) ? $0 : nil }
            }
            guard let status = word("status", Self.statuses) else { return nil }
            self.id = id
            self.experiment = experiment
            self.meta = meta
            self.status = status
            sourceType = word("source_type", Self.sourceTypes) ?? "UNKNOWN"
        }
    }

    func writeExperiment(_ meta: MetaFile, id: Int) throws {
        try insert(
            .experiments,
            [
                id, meta.text("name"), meta.text("artifact_location"),
                meta.text("lifecycle_stage") ?? "active", meta.integer("creation_time"),
                meta.integer("last_update_time"),
            ]
        )
    }

    func writeExperimentTag(_ id: Int, _ key: String, _ value: String) throws {
        try insert(.experimentTags, [key, value, id])
    }

    func write(_ run: Run) throws {
        let meta = run.meta
        try insert(
            .runs,
            [
                run.id, meta.text("run_name") ?? meta.text("name"), run.sourceType,
                meta.text("source_name"), meta.text("entry_point_name"), meta.text("user_id"),
                run.status, meta.integer("start_time"), meta.integer("end_time"),
                meta.text("source_version"), meta.text("lifecycle_stage") ?? "active",
                meta.text("artifact_uri"), run.experiment, meta.integer("deleted_time"),
            ]
        )
    }

    func writeParam(_ run: String, _ key: String, _ value: String) throws {
        try insert(.params, [key, value, run])
    }

    func writeTag(_ run: String, _ key: String, _ value: String) throws {
        try insert(.tags, [key, value, run])
    }

    func write(_ point: MetricFile.Point, of key: String, run: String) throws {
        let metric = Metric(
            TrackingKey(key),
            point.value,
            timestamp: point.timestamp,
            step: point.step
        )
        try insert(
            .metrics,
            [
                key, metric.storedValue, metric.timestamp, run, metric.step,
                metric.value.isNaN ? 1 : 0,
            ]
        )
    }

    private func insert(_ table: ImportedTable, _ values: StatementArguments) throws {
        let marks = table.columns.map { _ in "?" }.joined(separator: ", ")
        try db.cachedStatement(sql: "INSERT INTO \(table.name) VALUES (\(marks))")
            .execute(arguments: values)
    }
}
