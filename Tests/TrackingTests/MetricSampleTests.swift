import Database
import Testing
import TestStores
import Tracking

@Suite struct MetricSampleTests {
    let folder = TemporaryFolder()

    private func log(_ steps: [Int], in run: String, to store: TrackingStore) throws {
        let metrics = steps.map { Metric("a", Double($0), timestamp: 1000 - $0, step: $0) }
        try store.log(Batch(metrics: metrics), run: run)
    }

    @Test func pointsAreSpreadByStepWithTheLastOne() throws {
        let store = try folder.open()
        let run = try store.createRun(NewRun()).id
        try log((0..<10).reversed(), in: run, to: store)
        func steps(_ range: ClosedRange<Int>?, _ maximum: Int) throws -> [Int] {
            try store.sampledPoints("a", run: run, steps: range, maximum: maximum).map(\.step)
        }
        #expect(try steps(nil, 20) == Array(0..<10))
        #expect(try steps(nil, 10) == Array(0..<10))
        #expect(try steps(nil, 4) == [0, 3, 6, 9])
        #expect(try steps(nil, 1) == [9])
        #expect(try steps(3...6, 10) == [3, 4, 5, 6])
        #expect(try steps(3...8, 2) == [3, 8])
        #expect(try steps(50...60, 2).isEmpty)
        #expect(try store.sampledPoints("a", run: "none", maximum: 5).isEmpty)
    }

    @Test func historiesOfSeveralRunsComeByRunThenTime() throws {
        let store = try folder.open()
        let runs = try (0..<3).map { _ in try store.createRun(NewRun()).id }
        for run in runs { try log([1, 0], in: run, to: store) }
        let asked = [runs[2], "none", runs[0], runs[2], runs[1]]
        let found = try store.metricPoints("a", runs: asked, limit: 5)
        let expected = runs.sorted().flatMap { run in [(run, 1), (run, 0)] }.prefix(5)
        #expect(found.map(\.run) == expected.map(\.0))
        #expect(found.map(\.metric.step) == expected.map(\.1))
    }
}
