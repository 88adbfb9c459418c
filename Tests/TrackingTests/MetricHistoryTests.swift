import Database
import GRDB
import Testing
import TestStores
import Tracking

@Suite struct MetricHistoryTests {
    let folder = TemporaryFolder()

    @Test func aReducedHistoryKeepsEveryExtremeAndTheLastValue() {
        let values = [5.0, 1, 4, .nan, 9, 2, .nan]
        let points = values.enumerated().map {
            MetricPoint(row: $0 + 1, step: $0 * 10, timestamp: 0, value: $1)
        }
        let buckets = MetricBucket.reduce(points, into: 3)
        #expect(buckets.map(\.steps) == [0...20, 30...40, 50...60])
        #expect(buckets.map(\.minimum) == [1, 9, 2])
        #expect(buckets.map(\.maximum) == [5, 9, 2])
        #expect(buckets.map(\.last) == [4, 9, 2])
        #expect(buckets.map(\.count) == [3, 2, 2])
        #expect(buckets.map(\.nanCount) == [0, 1, 1])
    }

    @Test func aHistoryShorterThanTheWidthIsLeftAsItIs() {
        let points = [3, 1, 2].map {
            MetricPoint(row: $0, step: $0, timestamp: 0, value: Double($0))
        }
        let buckets = MetricBucket.reduce(points, into: 100)
        #expect(buckets.map(\.steps) == [1...1, 2...2, 3...3])
        #expect(MetricBucket.reduce([], into: 5) == [])
    }

    @Test func stepsAtBothEndsOfTheirRangeAreReduced() {
        let points = [Int.min, 0, .max].map {
            MetricPoint(row: 1, step: $0, timestamp: 0, value: 1)
        }
        #expect(MetricBucket.reduce(points, into: 2).map(\.count).reduce(0, +) == 3)
    }

    @Test func aStoredHistoryIsReduced() throws {
        let store = try folder.open()
        let run = try store.createRun(NewRun()).id
        let metrics = (0..<1_000).map { Metric("loss", Double($0), timestamp: 0, step: $0) }
        try store.log(Batch(metrics: metrics), run: run)
        let buckets = try store.reducedHistory("loss", run: run, buckets: 10)
        #expect(buckets.map(\.count) == Array(repeating: 100, count: 10))
        #expect(buckets.map(\.last) == (1...10).map { Double($0 * 100 - 1) })
    }
}
