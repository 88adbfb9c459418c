import Presentation
import Runs
import Testing

@Suite struct RunComparisonTextTests {
    @Test func valuesOfAMetricAreFormatted() {
        let loss = RunComparison.Row(
            key: MetricName.evaluationLoss,
            values: ["1.84213", "60.0", nil],
            best: [0]
        )
        #expect(loss.formatted.cells() == [MetricName.evaluationLoss, "1.842 *", "60", "-"])
        let memory = RunComparison.Row(key: MetricName.residentBytes, values: ["728000000.0"])
        #expect(memory.formatted.values == ["728 MB"])
    }

    @Test func aTableHasParametersThenMetrics() {
        var table = TextTable(["", "first", "second"])
        table.add(
            differing: [.init(key: "rank", values: ["16", nil])],
            metrics: [.init(key: "loss", values: ["2.5", "0.25"], best: [1])]
        )
        #expect(
            table.lines == [
                "      first  second", "rank  16     -", "loss  2.500  0.2500 *",
            ]
        )
    }
}
