import Database
import Foundation
import Platform
import Testing
import TestStores
import Tracking

/// MLflow's search language, on a store of a few runs.
@Suite struct SearchTests {
    private func withStore(_ body: (TrackingStore) throws -> Void) throws {
        let folder = TemporaryFolder()
        try body(folder.open())
    }

    private func withRuns(_ body: (TrackingStore) throws -> Void) throws {
        try withStore { store in
            for i in 0..<6 {
                var new = NewRun()
                new.id = "run\(i)"
                new.name = "Name \(i)"
                new.startTime = 100 + i
                new.tags = i == 5 ? [] : [Tag("a b", "x\(i % 2)"), Tag("c.d/e", "_\(i)")]
                try store.createRun(new)
                try store.log(
                    Batch(
                        metrics: [Metric("loss", i == 3 ? .nan : Double(i), timestamp: 1, step: 1)],
                        params: [Param("lr", "0.\(i)")]
                    ),
                    run: "run\(i)"
                )
            }
            let dataset = TrackedDataset(
                name: "faq",
                digest: "d1",
                sourceType: "local",
                source: "x"
            )
            try store.logInputs([DatasetInput(dataset, context: "training")], run: "run1")
            try body(store)
        }
    }

    static let filters: [(String, [Int])] = [
        ("", [5, 4, 3, 2, 1, 0]),
        ("metrics.loss > 1", [5, 4, 2]), ("metric.loss <= 1", [1, 0]), ("metrics.loss = 0", [0]),
        ("metrics.loss != 2", [5, 4, 1, 0]),
        ("metrics.loss >= -1e9 AND metrics.loss < 1.5", [1, 0]),
        ("params.lr = '0.2'", [2]), ("params.lr != '0.2'", [5, 4, 3, 1, 0]),
        ("params.`lr` LIKE '0.%' and start_time >= 104", [5, 4]),
        ("parameter.lr ILIKE '0._'", [5, 4, 3, 2, 1, 0]),
        ("tags.`a b` = 'x1'", [3, 1]), ("tags.\"a b\" != 'x1'", [4, 2, 0]),
        ("tag.`a b` IS NULL", [5]), ("tags.`a b` is not null", [4, 3, 2, 1, 0]),
        ("tags.`c.d/e` LIKE '_3'", [3]), ("tags.`c.d/e` LIKE '*3'", []), ("tags.absent != 'x'", []),
        ("attributes.run_name LIKE 'name%'", []),
        ("run_name ILIKE 'name%' AND run_id IN ('run1','run9')", [1]),
        ("attributes.\"Run name\" = 'Name 4'", [4]),
        ("run_id NOT IN (\"run0\", 'run1')", [5, 4, 3, 2]),
        ("created > 103 and status = 'RUNNING'", [5, 4]), ("status = 'FINISHED'", []),
        ("datasets.name = 'faq'", [1]),
        ("dataset.context = 'training' AND datasets.digest LIKE 'd%'", [1]),
        ("dataset.context = 'evaluation'", []), ("datasets.name IN ('faq', 'x')", [1]),
        ("params.lr = 'it''s'", []),
    ]

    @Test(arguments: filters)
    func filterFindsTheRuns(filter: String, expected: [Int]) throws {
        try withRuns { store in
            let found = try store.searchRuns(filter: filter).items.map(\.id)
            #expect(found == expected.map { "run\($0)" })
        }
    }

    @Test(arguments: [
        (["metrics.loss DESC"], [5, 4, 2, 1, 0, 3]), (["metrics.loss"], [0, 1, 2, 4, 5, 3]),
        (["params.lr DESC"], [5, 4, 3, 2, 1, 0]),
        (["tags.`a b` ASC", "start_time ASC"], [0, 2, 4, 1, 3, 5]),
        (["attributes.run_name DESC"], [5, 4, 3, 2, 1, 0]),
        (["metrics.absent DESC"], [5, 4, 3, 2, 1, 0]),
        (["end_time", "`start_time` asc"], [0, 1, 2, 3, 4, 5]),
    ])
    func orderPutsWhatIsMissingLast(orderBy: [String], expected: [Int]) throws {
        try withRuns { store in
            let found = try store.searchRuns(orderBy: orderBy).items.map(\.id)
            #expect(found == expected.map { "run\($0)" })
        }
    }

    @Test(arguments: [
        "loss > 1", "metrics.loss > '1'", "metrics.loss LIKE '1'", "metrics.loss", "metrics. > 1",
        "params.lr = 1", "params.lr = x", "params.lr > '1'", "x.y = '1'", "status > 'A'",
        "start_time = 'x'",
        "metrics.loss > 1 OR metrics.loss < 0", "(metrics.loss > 1)", "metrics.loss > 1 AND",
        "params.lr = 'open", "run_id IN ()", "run_id IN ('a'", "run_id NOT 'a'", "params.lr IS",
        "= 1", "`",
        "datasets.size = '1'", "metrics.loss > 1e", "params.lr = 'a'; DROP TABLE runs",
        "metrics.loss ! 1",
    ])
    func anInvalidFilterIsReported(filter: String) throws {
        try withRuns { store in
            let error = try #require(throws: TrackingError.self) {
                try store.searchRuns(filter: filter)
            }
            #expect(error.code == .invalidValue)
            #expect(error.message.contains("Invalid filter"))
            #expect(try store.searchRuns().items.count == 6)
        }
    }

    @Test(arguments: [
        ["loss"], ["metrics.loss DESC DESC"], ["metrics.loss SIDEWAYS"],
        ["start_time", "attributes.start_time DESC"],
        ["datasets.name"], [""],
    ])
    func anInvalidOrderIsReported(orderBy: [String]) throws {
        try withRuns { store in
            #expect(throws: TrackingError.self) { try store.searchRuns(orderBy: orderBy) }
        }
    }

    @Test func aQueryThatIsTooLargeIsRefused() throws {
        try withRuns { store in
            let rules = (0..<17).map { "metrics.m\($0)" }
            #expect(throws: TrackingError.self) { try store.searchRuns(orderBy: rules) }
            let sorted = try store.searchRuns(orderBy: Array(rules.dropLast())).items
            #expect(sorted.count == 6)
            let clauses = [String](repeating: "start_time > 0", count: 101)
            #expect(throws: TrackingError.self) {
                try store.searchRuns(filter: clauses.joined(separator: " AND "))
            }
            let most = clauses.dropLast().joined(separator: " AND ")
            #expect(try store.searchRuns(filter: most).items.count == 6)
            #expect(throws: TrackingError.self) {
                try store.searchRuns(
                    filter: "run_name = '\(String(repeating: "x", count: 70_000))'"
                )
            }
            #expect(try store.searchRuns(experiments: Array(0..<50_000)).items.count == 6)
        }
    }

    @Test func pagesJoinWithoutAHole() throws {
        try withRuns { store in
            var (found, token): ([String], String?) = ([], nil)
            var pages = 0
            repeat {
                let page = try store.searchRuns(limit: 4, pageToken: token)
                found += page.items.map(\.id)
                token = page.nextPageToken
                pages += 1
            } while token != nil
            #expect(pages == 2)
            #expect(found == ["run5", "run4", "run3", "run2", "run1", "run0"])
            // Foundation's decoder would trap on the second.
            let deep = Data(String(repeating: "[", count: 513).utf8).base64EncodedString()
            for token in ["nonsense", deep] {
                #expect(throws: TrackingError.self) { try store.searchRuns(pageToken: token) }
            }
            #expect(throws: TrackingError.self) { try store.searchRuns(limit: 0) }
            #expect(throws: TrackingError.self) { try store.searchRuns(limit: 50_001) }
        }
    }

    @Test func experimentsAndLoggedModelsAreFound() throws {
        try withStore { store in
            let one = try store.createExperiment(named: "One", tags: [Tag("team", "a")])
            let two = try store.createExperiment(named: "two")
            #expect(
                try store.searchExperiments(filter: "name ILIKE 'ONE'").items.map(\.id) == [one.id]
            )
            #expect(
                try store.searchExperiments(filter: "tags.team = 'a'").items.map(\.id) == [one.id]
            )
            let ids = try store.searchExperiments(filter: "experiment_id IN ('\(two.id)')").items
                .map(\.id)
            #expect(ids == [two.id])
            var new = NewLoggedModel(name: "m")
            new.experimentID = one.id
            new.params = [Param("rank", "8")]
            let model = try store.createLoggedModel(new)
            let run = try store.createRun(
                {
                    var run = NewRun(); run.experimentID = one.id; return run
                }()
            )
            for step in 1...2 {
                let metric = Metric("acc", Double(step), timestamp: step, step: step)
                try store.logMetrics([metric], ofModel: model.id, run: run.id)
            }
            func found(_ filter: String) throws -> [String] {
                try store.searchLoggedModels(
                    experiments: [one.id],
                    filter: filter,
                    orderBy: ["metrics.acc DESC"]
                ).items.map(\.id)
            }
            #expect(
                try found("name = 'm' AND params.rank = '8' AND status = 'PENDING'") == [model.id]
            )
            // Any point of a metric counts.
            #expect(try found("metrics.acc = 2") == [model.id])
            #expect(try found("metrics.acc = 1") == [model.id])
            #expect(try found("metrics.acc = 3").isEmpty)
            try store.deleteLoggedModel(model.id)
            #expect(try found("").isEmpty)
        }
    }
}
