import Datasets
import Foundation
import Testing

struct StatisticsTests {
    private func example(_ count: Int, targets: Int, line: Int) -> Example {
        Example(
            ids: [Int32](repeating: 0, count: count),
            isTarget: (0..<count).map { $0 >= count - targets },
            source: RecordSource(file: "f", line: line)
        )
    }

    @Test func tokensAndTargetsAreCounted() {
        let statistics = DatasetStatistics([
            example(10, targets: 4, line: 1), example(30, targets: 1, line: 2),
            example(20, targets: 2, line: 3),
        ])
        #expect(statistics.rows == 3)
        #expect(statistics.tokens == 60)
        #expect(statistics.targetTokens == 7)
        #expect(statistics.mean == 20)
        #expect(statistics.longest == 30)
        #expect(statistics.longestSource?.line == 2)
        #expect([0, 0.33, 0.34, 0.9, 1].map(statistics.percentile) == [10, 10, 20, 30, 30])
    }

    @Test func blocksOfOneDocumentAreOneRow() throws {
        let record = Record(.text("abcdefgh"), source: RecordSource(file: "f", line: 1))
        for length in 2...9 {
            let examples = try TinyModel.renderer(sequenceLength: length).examples(of: record)
            let statistics = DatasetStatistics(examples)
            #expect(statistics.rows == 1 && statistics.tokens == 9 && statistics.targetTokens == 8)
        }
    }

    @Test(arguments: [1, 2, 3, 7, 100])
    func theHistogramCountsEveryRowOnce(_ columns: Int) {
        let lengths = [3, 4, 4, 9, 17, 17, 40]
        let statistics = DatasetStatistics(
            lengths.enumerated().map { example($0.element, targets: 1, line: $0.offset) }
        )
        let histogram = statistics.histogram(columns: columns)
        #expect(histogram.count <= columns)
        for bucket in histogram {
            let range = bucket.from..<bucket.to
            #expect(bucket.count == lengths.filter(range.contains).count)
        }
        #expect(histogram.map(\.count).reduce(0, +) == lengths.count)
    }

    @Test func withoutRowsEverythingIsZero() {
        let statistics = DatasetStatistics([])
        #expect(statistics.rows == 0 && statistics.longestSource == nil && statistics.mean == 0)
        #expect(statistics.percentile(0.5) == 0 && statistics.histogram(columns: 3).isEmpty)
    }
}
