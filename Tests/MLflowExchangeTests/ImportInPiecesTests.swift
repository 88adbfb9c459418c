import Database
import GRDB
import MLflowExchange
import Platform
import Testing
import TestStores
import Tracking

/// An import lets others write meanwhile, and nobody sees a run that is not complete.
@Suite struct ImportInPiecesTests {
    let folder = TemporaryFolder()
    let store: TrackingStore
    let sample: SampleStore

    init() throws {
        store = try folder.open()
        sample = try SampleStore()
    }

    /// What another program would see of unfinished runs.
    private func orphans() throws -> Int {
        try store.read { db in
            try ["metrics", "latest_metrics", "params", "tags", "wb_imports"].reduce(0) {
                sum,
                table in
                let sql =
                    "SELECT count(*) FROM \(table) WHERE run_uuid NOT IN (SELECT run_uuid FROM runs)"
                return try sum + (Int.fetchOne(db, sql: sql) ?? 0)
            }
        }
    }

    @Test func othersWriteAndSeeNoPartOfARun() throws {
        let path = try sample.exported()
        let own = try store.createRun(NewRun()).id
        var step = 0
        _ = try store.importMLflow(database: path) { progress in
            guard progress.phase != .models else { return }
            try store.log(Batch(metrics: [Metric("m", 1, timestamp: 1, step: step)]), run: own)
            step += 1
            #expect(try store.runs().map(\.id) == [own])
            #expect(try store.searchRuns(filter: "metrics.loss > 0").items == [])
            #expect(try store.check().brokenReferences == [])
            #expect(try store.counts().metricPoints == step)
            guard progress.phase == .metrics, progress.done > 0 else { return }
            #expect(try orphans() > 0)
            let summary = try store.exportForMLflow(
                to: "\(folder.path)/meanwhile.db",
                replaces: true,
                artifactRoot: folder.path
            )
            #expect(summary.metricPoints == step)
        }
        #expect(step > 3)
        #expect(try store.metricHistory("m", run: own).count == step)
        #expect(try store.run(sample.run.id).metrics == sample.run.metrics)
        #expect(try orphans() == 0)
        #expect(
            try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM wb_imports") } == 0
        )
    }

    @Test func whatAKilledImportHasLeftIsRemovedByTheNext() throws {
        let path = try sample.exported()
        try edit(
            folder.database,
            """
            INSERT INTO wb_imports VALUES ('\(sample.run.id)', 'killed'), ('gone', 'killed');
            INSERT INTO metrics VALUES ('loss', 7, 7, '\(sample.run.id)', 7, 0), ('x', 1, 1, 'gone', 1, 0);
            INSERT INTO params VALUES ('lr', 'half', '\(sample.run.id)');
            INSERT INTO tags VALUES ('note', 'half', 'gone');
            """
        )
        #expect(try store.runs() == [])
        #expect(try store.check().brokenReferences == [])
        #expect(try store.importMLflow(database: path).runs == 1)
        let run = try store.run(sample.run.id)
        #expect(run.params == sample.run.params)
        #expect(try store.metricHistory("loss", run: run.id).count == 50)
        #expect(try orphans() == 0)
        #expect(try store.check().brokenReferences == [])
    }

    @Test func aSecondImportAtTheSameTimeIsRefused() throws {
        let path = try sample.exported()
        var code: TrackingError.Code?
        _ = try store.importMLflow(database: path) { progress in
            guard progress.phase == .metrics else { return }
            code = trackingCode { _ = try folder.open().importMLflow(database: path) }
        }
        #expect(code == .busy)
        #expect(try store.runs().count == 1)
    }

    /// More runs than are imported at once.
    private let many = 2_500

    private func addMany(to path: String) throws {
        try edit(
            path,
            """
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(many))
            INSERT INTO runs (run_uuid, name, status, lifecycle_stage, experiment_id)
                SELECT 'many' || n, '', 'FINISHED', 'active', 1 FROM numbers;
            INSERT INTO tags SELECT 'mlflow.runName', 'name ' || run_uuid, run_uuid FROM runs
                WHERE run_uuid LIKE 'many%';
            INSERT INTO params SELECT 'p', run_uuid, run_uuid FROM runs WHERE run_uuid LIKE 'many%';
            INSERT INTO metrics SELECT 'm', length(run_uuid), 1, run_uuid, 1, 0 FROM runs
                WHERE run_uuid LIKE 'many%';
            INSERT INTO inputs SELECT 'read' || run_uuid, 'DATASET', dataset_uuid, 'RUN', run_uuid, 0
                FROM runs JOIN datasets WHERE run_uuid LIKE 'many%';
            INSERT INTO input_tags SELECT 'read' || run_uuid, 'mlflow.data.context', run_uuid FROM runs
                WHERE run_uuid LIKE 'many%';
            INSERT INTO inputs
                SELECT 'made' || run_uuid, 'RUN_INPUT', run_uuid, 'MODEL_INPUT', model_id, 0
                FROM runs JOIN logged_models WHERE run_uuid LIKE 'many%';
            """
        )
    }

    /// Imports until everything but models and the registry is there.
    private func importRunsOnly(of path: String) throws {
        #expect(throws: CancellationError.self) {
            try store.importMLflow(database: path) { progress in
                if progress.phase == .models { throw CancellationError() }
            }
        }
        #expect(try store.countRuns() == many + 1)
    }

    private func expectInputsOfMany() throws {
        let data = try store.run(sample.run.id).inputs.map(\.dataset)
        #expect(data.count == 1)
        let runs = try ["many1", "many1250", "many2500", "many999"].map { try store.run($0) }
        for run in runs {
            #expect(run.inputs.map(\.dataset) == data)
            #expect(run.inputs.map(\.context) == [run.id])
            #expect(run.modelInputs == [sample.model.id])
        }
        #expect(try rows("inputs") == 2 * many + 3)
        #expect(try rows("input_tags") == many + 1)
    }

    private func rows(_ table: String) throws -> Int? {
        try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") }
    }

    @Test func anImportThatEndsAfterTheRunsCanBeRepeated() throws {
        let path = try sample.exported()
        try addMany(to: path)
        try importRunsOnly(of: path)
        let run = try store.run("many7")
        #expect((run.inputs.count, run.modelInputs) == (1, []))
        let summary = try store.importMLflow(database: path)
        #expect((summary.runs, summary.loggedModels, summary.modelVersions) == (0, 1, 2))
        #expect(summary.leftOut == [])
        #expect(try store.run(sample.run.id).outputs == sample.run.outputs)
        try expectInputsOfMany()
        #expect(try store.importMLflow(database: path).leftOut == [])
        try expectInputsOfMany()
    }

    @Test func runsAppearWithTheirLinksToModelsThatExist() throws {
        let path = try sample.exported()
        _ = try store.importMLflow(database: path)
        try addMany(to: path)
        try importRunsOnly(of: path)
        try expectInputsOfMany()
    }

    @Test func manyRunsAppearOnceEachIsComplete() throws {
        let path = try sample.exported()
        try addMany(to: path)
        try edit(path, "DELETE FROM latest_metrics")
        let summary = try store.importMLflow(database: path)
        #expect((summary.runs, summary.params, summary.leftOut) == (many + 1, many + 2, []))
        #expect(summary.metricPoints == many + 52)
        var isWhole = true
        for run in try store.runs() where run.id.hasPrefix("many") {
            isWhole = isWhole && run.name == "name \(run.id)" && run.params["p"] == run.id
            isWhole = isWhole && run.metrics["m"]?.value == Double(run.id.count)
        }
        #expect(isWhole)
        #expect(try store.run(sample.run.id).metrics == sample.run.metrics)
        #expect(try store.countRuns() == many + 1)
        #expect(try orphans() == 0)
        #expect(try store.importMLflow(database: path).runs == 0)
    }
}
