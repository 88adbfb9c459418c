import Database
import Foundation
import Testing
import TestStores
import Tracking

@Suite struct LoggedModelTests {
    let folder = TemporaryFolder()
    let store: TrackingStore
    let run: String

    init() throws {
        store = try folder.open()
        run = try store.createRun(NewRun()).id
    }

    private func model(_ name: String = "m") throws -> String {
        try store.createLoggedModel(NewLoggedModel(name: name)).id
    }

    private func log(
        _ value: Double,
        _ model: String,
        on dataset: String?,
        digest: String? = nil,
        step: Int
    ) throws {
        let metric = Metric("acc", value, timestamp: step, step: step)
        let measured = ModelMetric(
            metric,
            model: model,
            run: run,
            datasetName: dataset,
            datasetDigest: digest
        )
        try store.log(Batch(metrics: [metric], modelMetrics: [measured]), run: run)
    }

    @Test func everyPointIsKeptWithItsDatasetAndRun() throws {
        let model = try model()
        try log(0.5, model, on: "a", digest: "1", step: 1)
        try log(.nan, model, on: "b", digest: "2", step: 2)
        try log(0.9, model, on: nil, step: 3)
        let points = try store.loggedModel(model).metrics
        #expect(points.map(\.metric.step) == [1, 2, 3])
        #expect(points.map(\.datasetName) == ["a", "b", nil])
        #expect(points.map(\.datasetDigest) == ["1", "2", nil])
        #expect(points[1].metric.value.isNaN && points.allSatisfy { $0.run == run })
        #expect(try store.run(run).metrics["acc"]?.value == 0.9)
        // The same value again is no other point.
        try log(0.9, model, on: nil, step: 3)
        #expect(try store.loggedModel(model).metrics.count == 3)
    }

    @Test func anotherValueAtTheSameStepAndTimeIsRefusedAndNotLost() throws {
        let model = try model()
        try log(0.5, model, on: "a", step: 1)
        #expect(trackingCode { try log(0.5, model, on: "b", step: 1) } == .invalidValue)
        #expect(trackingCode { try log(0.6, model, on: "a", step: 1) } == .invalidValue)
        #expect(try store.loggedModel(model).metrics.map(\.datasetName) == ["a"])
        #expect(try store.metricHistory("acc", run: run).count == 1)
    }

    @Test func metricsOfAMissingModelLeaveNothing() throws {
        #expect(trackingCode { try log(1, "m-none", on: nil, step: 1) } == .notFound)
        #expect(try store.run(run).metrics.isEmpty)
    }

    @Test func aRunRecordsTheModelsItRead() throws {
        let (first, second) = (try model(), try model())
        try store.logInputs([], models: [second, first], run: run)
        try store.logInputs([], models: [first, "m-elsewhere"], run: run)
        #expect(try store.run(run).modelInputs == [second, first, "m-elsewhere"])
        #expect(try store.run(run, details: .outputs).modelInputs.isEmpty)
        #expect(
            trackingCode { try store.logInputs([], models: ["a b"], run: run) } == .invalidValue
        )
    }

    @Test func aModelWithoutANameGetsOneAndAnUnknownRunIsAccepted() throws {
        var new = NewLoggedModel(name: "")
        new.sourceRun = "elsewhere"
        let names = try (0..<8).map { _ in try store.createLoggedModel(new).name }
        #expect(Set(names).count > 4 && names.allSatisfy { !$0.isEmpty })
        #expect(try store.loggedModels(run: "elsewhere").count == 8)
    }

    @Test(arguments: ["a/b", "a:b", "v1.5", "50%", "it's", "\"x\""])
    func aClientsNameThatAReferenceCannotHoldIsRefused(name: String) {
        #expect(trackingCode { try LoggedModel.check(name: name) } == .invalidValue)
        #expect(trackingCode { try LoggedModel.check(name: "a b-c_d") } == nil)
    }

    // MARK: - Searching

    @Test func metricsCountOnTheRequestedDatasets() throws {
        let models = try ["x", "y", "z"].map { try model($0) }
        try log(0.9, models[0], on: "a", digest: "1", step: 1)
        try log(0.1, models[0], on: "b", digest: "1", step: 2)
        try log(0.2, models[1], on: "a", digest: "2", step: 3)
        func found(
            _ datasets: [ModelDataset],
            _ filter: String = "",
            by dataset: ModelDataset? = nil
        ) throws -> [String] {
            try store.searchLoggedModels(
                experiments: [0],
                filter: filter,
                datasets: datasets,
                orderBy: ["metrics.acc DESC"],
                orderDatasets: [dataset]
            ).items.map(\.name)
        }
        #expect(try found([.init(name: "a")]) == ["y", "x"])
        #expect(try found([.init(name: "a")], by: .init(name: "a")) == ["x", "y"])
        #expect(try found([.init(name: "a", digest: "2")]) == ["y"])
        #expect(try found([.init(name: "b"), .init(name: "a", digest: "2")]) == ["y", "x"])
        #expect(try found([.init(name: "none")]).isEmpty)
        #expect(try found([.init(name: "b")], "metrics.acc > 0.5").isEmpty)
        #expect(try found([.init(name: "a")], "metrics.acc > 0.5") == ["x"])
        #expect(try found([], by: .init(name: "b")).first == "x")
        #expect(try found([]) == ["y", "x", "z"])
    }

    // MARK: - Lists in tags

    private static let description = """
        {"artifact_path": "model", "utc_time_created": "2026-01-01", "run_id": "x", "extra": 1,
        "flavors": {"keras": {"version": "3", "config": {"long": true}}, "none": null}}
        """

    @Test func modelsOfOldClientsAreListedWithoutWhatIsLong() throws {
        for _ in 0..<2 { try store.logModel(description: Self.description, run: run) }
        let list = try #require(try store.run(run).tags["mlflow.log-model.history"])
        #expect(list.split(separator: "artifact_path").count == 3)
        #expect(list.contains("keras") && !list.contains("config") && !list.contains("extra"))
    }

    @Test(arguments: ["", "no JSON", "[]", "{}", #"{"artifact_path": "m", "flavors": {}}"#])
    func anInvalidDescriptionIsRefused(text: String) throws {
        #expect(trackingCode { try store.logModel(description: text, run: run) } == .invalidValue)
        #expect(try store.run(run).tags["mlflow.log-model.history"] == nil)
    }

    @Test func concurrentEntriesAreNotLost() throws {
        let model = try model()
        let other = try folder.open()
        DispatchQueue.concurrentPerform(iterations: 24) { number in
            let store = number.isMultiple(of: 2) ? store : other
            #expect(throws: Never.self) {
                try store.logModel(description: Self.description, run: run)
                try store.note(version: number, of: "faq", ofLoggedModel: model)
            }
        }
        let list = try #require(try store.run(run).tags["mlflow.log-model.history"])
        #expect(list.split(separator: "artifact_path").count == 25)
        let versions = try #require(try store.loggedModel(model).tags["mlflow.modelVersions"])
        #expect(versions.split(separator: "\"faq\"").count == 25)
    }

    // MARK: - Datasets

    @Test func datasetsOfExperimentsAreListedOnceForEachUse() throws {
        let data = TrackedDataset(name: "faq", digest: "1", sourceType: "local", source: "x")
        for context in ["training", "training", "eval"] {
            let run = try store.createRun(NewRun()).id
            try store.logInputs([DatasetInput(data, context: context)], run: run)
        }
        try store.logInputs([DatasetInput(data)], run: store.createRun(NewRun()).id)
        let found = try store.datasetSummaries(experiments: [0, 7])
        #expect(found.map(\.context) == [nil, "eval", "training"])
        #expect(try store.datasetSummaries(experiments: [7]).isEmpty)
    }
}
