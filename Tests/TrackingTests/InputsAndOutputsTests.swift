import Database
import GRDB
import Testing
import TestStores
import Tracking

@Suite struct InputsAndOutputsTests {
    let folder = TemporaryFolder()
    let dataset = TrackedDataset(
        name: "faq-ko",
        digest: "3f9a01bc",
        sourceType: "local",
        source: "/data/faq-ko.jsonl"
    )

    @Test func aRunSaysWhichDataItReadAndWhatFor() throws {
        let store = try folder.open()
        let runs = try (0..<2).map { _ in try store.createRun(NewRun()).id }
        let held = TrackedDataset(
            name: "held",
            digest: "1",
            sourceType: "local",
            source: "x",
            profile: "{\"rows\":3}"
        )
        let inputs = [
            DatasetInput(dataset, context: "training"),
            DatasetInput(held, context: "evaluation", tags: [Tag("part", "held-out")]),
        ]
        for run in runs { try store.logInputs(inputs, run: run) }
        try store.logInputs([inputs[0]], run: runs[0])
        for run in runs { #expect(try store.run(run).inputs == inputs) }
        #expect(try store.run(runs[0]).inputs.map(\.context) == ["training", "evaluation"])
        let counts = try store.read { db in
            try ["datasets", "inputs", "input_tags"].map {
                try Int.fetchOne(db, sql: "SELECT count(*) FROM \($0)")
            }
        }
        #expect(counts == [2, 4, 6])
    }

    @Test func anotherDigestIsAnotherDataset() throws {
        let store = try folder.open()
        let run = try store.createRun(NewRun()).id
        var changed = dataset
        changed.digest = "99"
        try store.logInputs([DatasetInput(dataset), DatasetInput(changed)], run: run)
        #expect(try store.run(run).inputs.map(\.dataset.digest) == ["3f9a01bc", "99"])
        changed.digest = ""
        #expect(
            trackingCode { try store.logInputs([DatasetInput(changed)], run: run) } == .invalidValue
        )
    }

    @Test func aModelIsCreatedInARunAndFinished() throws {
        let store = try folder.open()
        let run = try store.createRun(NewRun()).id
        try store.logInputs([DatasetInput(dataset)], run: run)
        var new = NewLoggedModel(name: "adapter")
        new.sourceRun = run
        new.modelType = "peft"
        new.params = [Param("rank", "8")]
        new.tags = [Tag("base", "smollm2")]
        let model = try store.createLoggedModel(new)
        #expect(model.id.hasPrefix("m-") && model.id.utf8.count == 34)
        #expect(model.status == .pending)
        #expect(model.artifactLocation == "artifacts/0/models/\(model.id)/artifacts")
        let metrics = [
            Metric("eval_loss", 2, timestamp: 1, step: 20),
            Metric("eval_loss", 1, timestamp: 2, step: 40),
        ]
        try store.logMetrics(metrics, ofModel: model.id, run: run, dataset: dataset)
        try store.logOutputs([ModelOutput(model: model.id, step: 40)], run: run)
        let finished = try store.finishLoggedModel(model.id)
        #expect(finished.status == .ready)
        #expect(finished.params == ["rank": "8"] && finished.tags == ["base": "smollm2"])
        #expect(finished.metrics.map(\.metric) == metrics)
        #expect(finished.metrics.allSatisfy { $0.run == run && $0.datasetName == dataset.name })
        #expect(try store.loggedModels(run: run) == [finished])
        #expect(try store.run(run).outputs == [ModelOutput(model: model.id, step: 40)])
        let linked = try store.read {
            try Int.fetchOne($0, sql: "SELECT count(dataset_uuid) FROM logged_model_metrics")
        }
        #expect(linked == 2)
        #expect(trackingCode { _ = try store.loggedModel("m-none") } == .notFound)
    }
}
