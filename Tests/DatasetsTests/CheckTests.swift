import Datasets
import Foundation
import Testing

struct CheckTests {
    private func findings(
        _ training: [Record],
        heldOut: [Record] = [],
        renderer: ExampleRenderer? = nil
    ) throws -> [String] {
        let dataset = Dataset(
            name: "d",
            path: "d",
            format: .messages,
            training: training,
            heldOut: heldOut
        )
        return try DatasetCheck(renderer: renderer).findings(in: dataset).map(\.description)
    }

    @Test func aCleanDatasetHasNoFindings() throws {
        let renderer = try TinyModel.renderer()
        #expect(
            try findings(
                [conversation("a", "가")],
                heldOut: [conversation("b", "c")],
                renderer: renderer
            )
            .isEmpty
        )
    }

    @Test func rowsSeenBeforeAreNamedWithTheFirst() throws {
        let rows = [conversation("a", "b", line: 1), conversation("a", "b", line: 2)]
        #expect(try findings(rows) == ["rows.jsonl:2: duplicate (as rows.jsonl:1)"])
    }

    @Test func aHeldOutQuestionThatIsTrainedOnIsNamed() throws {
        let found = try findings(
            [conversation("a", "b", line: 1)],
            heldOut: [conversation("a", "other", line: 9)]
        )
        #expect(found == ["rows.jsonl:9: held-out-in-training (as rows.jsonl:1)"])
    }

    @Test func textOfDoubtfulQualityIsNamed() throws {
        let found = try findings([
            conversation("a", " \n", line: 1), conversation("\u{1100}\u{1161}", "b", line: 2),
            conversation("c", "lost \u{FFFD}", line: 3),
        ])
        #expect(
            found == [
                "rows.jsonl:1: empty-answer", "rows.jsonl:2: decomposed-hangul",
                "rows.jsonl:3: lost-text",
            ]
        )
    }

    @Test func rowsThatCannotBeRenderedAreNamed() throws {
        let long = try findings(
            [conversation("a", "b")],
            renderer: TinyModel.renderer(sequenceLength: 9)
        )
        #expect(long == ["rows.jsonl:1: over-length"])
        let renderer = try TinyModel.renderer(template: "{{ messages[0].content }}")
        #expect(
            try findings([conversation("a", "b")], renderer: renderer) == [
                "rows.jsonl:1: no-target"
            ]
        )
    }
}

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
            let range = bucket.lowerBound..<bucket.upperBound
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
