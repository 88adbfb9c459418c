import Database
import GRDB
import Platform

/// A value that was measured on a logged model, in a run, perhaps on a dataset.
public struct ModelMetric: Sendable, Equatable {
    /// The value.
    public var metric: Metric
    /// The logged model's id.
    public var model: String
    /// The run that measured it.
    public var run: String
    /// The name of the dataset that it was measured on.
    public var datasetName: String?
    /// The digest of that dataset.
    public var datasetDigest: String?

    /// Creates a measurement from its parts.
    public init(
        _ metric: Metric,
        model: String,
        run: String,
        datasetName: String? = nil,
        datasetDigest: String? = nil
    ) {
        self.metric = metric
        self.model = model
        self.run = run
        self.datasetName = datasetName
        self.datasetDigest = datasetDigest
    }
}

extension ModelMetric {
    /// The metrics of a model, by name, each in order of time.
    static func fetch(_ db: Database, model: String) throws -> [ModelMetric] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT metric_name, metric_value, metric_value IS NULL, metric_timestamp_ms,
                    metric_step, run_id, dataset_name, dataset_digest FROM logged_model_metrics
                WHERE model_id = ?
                ORDER BY metric_name, metric_timestamp_ms, metric_step, run_id
                """
        )
        return try Row.fetchAll(statement, arguments: [model]).map { row in
            ModelMetric(
                Metric(
                    TrackingKey(row[0]),
                    row[2] ? .nan : row[1],
                    timestamp: row[3],
                    step: row[4]
                ),
                model: model,
                run: row[5],
                datasetName: row[6],
                datasetDigest: row[7]
            )
        }
    }

    /// Adds the value to the model's; an equal one is left alone.
    ///
    /// - Throws: `TrackingError` with code `invalidValue` if there is another value for the same
    ///   model, metric, run, time and step.
    func insert(_ db: Database) throws {
        try Validation.check(key: metric.key, of: .metric)
        try Validation.check(text: datasetName ?? "", of: "dataset name", limit: 500)
        try Validation.check(text: datasetDigest ?? "", of: "dataset digest", limit: 36)
        let find = try db.cachedStatement(
            sql: """
                SELECT experiment_id FROM logged_models
                WHERE model_id = ? AND lifecycle_stage = 'active'
                """
        )
        guard let experiment = try Int.fetchOne(find, arguments: [model]) else {
            throw LoggedModel.notFound(model)
        }
        let value = metric.value.isNaN ? nil : metric.storedValue
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO logged_model_metrics (model_id, metric_name, metric_timestamp_ms,
                    metric_step, metric_value, experiment_id, run_id, dataset_uuid, dataset_name,
                    dataset_digest)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,
                    (SELECT dataset_uuid FROM datasets
                     WHERE experiment_id = ?6 AND name = ?8 AND digest = ?9), ?8, ?9)
                ON CONFLICT DO NOTHING
                """
        )
        try insert.execute(
            arguments: [
                model, metric.key.text, metric.timestamp, metric.step, value, experiment, run,
                datasetName, datasetDigest,
            ]
        )
        guard db.changesCount == 0 else { return }
        let same = try db.cachedStatement(
            sql: """
                SELECT 1 FROM logged_model_metrics
                WHERE model_id = ? AND metric_name = ? AND metric_timestamp_ms = ?
                    AND metric_step = ? AND run_id = ? AND metric_value IS ? AND dataset_name IS ?
                    AND dataset_digest IS ?
                """
        )
        let found = try Int.fetchOne(
            same,
            arguments: [
                model, metric.key.text, metric.timestamp, metric.step, run, value, datasetName,
                datasetDigest,
            ]
        )
        guard found != nil else {
            throw TrackingError(
                .invalidValue,
                "The metric '\(metric.key)' of the logged model \(model) has another value at step "
                    + "\(metric.step) and time \(metric.timestamp) already.",
                hint: "give each dataset's value a step or a timestamp of its own"
            )
        }
    }
}
