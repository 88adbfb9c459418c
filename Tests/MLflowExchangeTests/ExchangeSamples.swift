import Database
import FoundationEssentials
import GRDB
import MLflowExchange
import Testing
import TestStores
import Tracking

/// A workspace with some of everything, for the tests of export and import.
struct SampleStore {
    let folder = TemporaryFolder()
    let store: TrackingStore
    let run: RunRecord
    let model: LoggedModel

    init(experiment: String = "lora") throws {
        store = try folder.open()
        let made = try store.createExperiment(named: experiment, tags: [Tag("team", "nlp")])
        var new = NewRun()
        new.experimentID = made.id
        new.name = "first"
        let id = try store.createRun(new).id
        let points = (0..<50).map { Metric("loss", 1 / Double($0 + 1), timestamp: $0, step: $0) }
        try store.log(
            Batch(
                metrics: points + [
                    Metric("odd", .nan, timestamp: 1, step: 1),
                    Metric("odd", .infinity, timestamp: 2, step: 2),
                ],
                params: [Param("lr", "0.1"), Param("lora/r", "8")],
                tags: [Tag("note", "a\nb"), Tag("workbench.owner", "eve@lab")]
            ),
            run: id
        )
        let data = TrackedDataset(name: "faq", digest: "d1", sourceType: "local", source: "{}")
        try store.logInputs([DatasetInput(data, context: "training")], run: id)
        var logged = NewLoggedModel(name: "adapter")
        logged.experimentID = made.id
        logged.sourceRun = id
        logged.params = [Param("r", "8")]
        logged.tags = [Tag("kind", "lora")]
        let output = try store.createLoggedModel(logged)
        try store.logMetrics(
            [Metric("acc", 0.5, timestamp: 1, step: 1)],
            ofModel: output.id,
            run: id,
            dataset: data
        )
        try store.logOutputs([ModelOutput(model: output.id, step: 49)], run: id)
        try store.logInputs([], models: [output.id], run: id)
        run = try store.updateRun(id, status: .finished)
        model = try store.finishLoggedModel(output.id)
        try store.outsideTransaction { db in
            try db.execute(
                sql: """
                    INSERT INTO registered_models VALUES ('faq-ko', 5, 6, 'answers');
                    INSERT INTO registered_model_tags VALUES ('k', 'v', 'faq-ko');
                    INSERT INTO model_versions (name, version, creation_time, current_stage, source,
                        run_id, status, storage_location) VALUES
                        ('faq-ko', 1, 7, 'None', 'artifacts/1/x', 'gone', 'READY', 'artifacts/1/x'),
                        ('faq-ko', 2, 8, 'Deleted_Internal', 'REDACTED-SOURCE-PATH', NULL, 'READY',
                            NULL);
                    INSERT INTO model_version_tags VALUES ('vk', 'vv', 'faq-ko', 1);
                    INSERT INTO registered_model_aliases VALUES ('production', 1, 'faq-ko');
                    """
            )
        }
    }

    /// A file for MLflow with all of it.
    func exported() throws -> String {
        let path = "\(folder.path)/mlflow.db"
        _ = try store.exportForMLflow(to: path, artifactRoot: folder.path)
        return path
    }
}

/// Changes a file without the store.
func edit(_ path: String, _ sql: String) throws {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    try queue.close()
}
