import TerminalUI
import Testing

@Suite("Curves of any length")
struct SampleSeriesTests {
    private func noise(_ count: Int) -> [Double] {
        var random = SeededRandom(seed: UInt64(count))
        return (0..<count).map { index in
            index % 97 == 5 ? .nan : Double.random(in: -3...3, using: &random)
        }
    }

    @Test(
        "sums up any stretch as a plain loop does",
        arguments: [0, 1, 7, 8, 9, 64, 65, 513, 5000]
    )
    func spans(count: Int) {
        let values = noise(count)
        let series = SampleSeries(values)
        var random = SeededRandom(seed: 11)
        for _ in 0..<60 {
            let start = Int.random(in: 0...count, using: &random)
            let range = start..<Int.random(in: start...count, using: &random)
            let finite = values[range].filter(\.isFinite)
            let span = series.span(range)
            #expect(span.minimum == finite.min() ?? .infinity)
            #expect(span.maximum == finite.max() ?? -.infinity)
            #expect(span.nonFiniteCount == range.count - finite.count)
        }
    }

    @Test(
        "cuts samples into columns without losing or repeating one",
        arguments: [1, 2, 3, 10, 999]
    )
    func columns(count: Int) {
        let series = SampleSeries(noise(1000))
        let columns = series.columns(count, over: 0...999)
        #expect(columns.count == count)
        #expect(columns.reduce(0) { $0 + ($1?.count ?? 0) } == 1000)
        #expect(columns.last??.last == series.ys[999])
    }

    @Test(
        "finds the columns of unevenly placed samples as a plain loop does",
        arguments: [1, 7, 64, 300]
    )
    func unevenColumns(count: Int) {
        var random = SeededRandom(seed: UInt64(count))
        var x = 0.0
        let xs = (0..<700).map { index in
            x += index % 100 < 50 ? 0.01 : Double.random(in: 0...40, using: &random)
            return x
        }
        let series = SampleSeries(xs: xs, ys: xs)
        let range = xs[20]...xs[650]
        let width = (range.upperBound - range.lowerBound) / Double(count)
        let columns = series.columns(count, over: range)
        for column in 0..<count {
            let isLast = column == count - 1
            let low = range.lowerBound + width * Double(column)
            let high = range.lowerBound + width * Double(column + 1)
            let expected = xs.filter {
                $0 >= low && (isLast ? $0 <= range.upperBound : $0 < high)
            }
            #expect(columns[column]?.count ?? 0 == expected.count)
            #expect(columns[column]?.first == expected.first)
            #expect(columns[column]?.last == expected.last)
        }
    }

    @Test("places samples with earlier steps at the newest position")
    func backwards() {
        var series = SampleSeries()
        for x in [1, 5, 3, .nan, 6] { series.append(x: x, y: 1) }
        #expect(series.xs == [1, 5, 5, 5, 6])
    }
}

@Suite("Charts")
struct ChartTests {
    @Test("draws a curve between its axes")
    func golden() {
        let canvas = drawn(32, 8) { rect, canvas in
            LineChart(
                [.init("train", SampleSeries([4, 3, 2.5, 2.2, 2, 1.9, 1.8]), role: .series1)],
                markers: [.init(x: 3, label: "3")]
            ).draw(in: rect, on: &canvas)
        }
        #expect(
            canvas.cells.dump() == """
                4.00┤⠱⡀                 train ━━
                    │ ⠈⢆
                    │   ⠱⡀
                2.90┤    ⠈⠒⢄⡀
                    │       ⠈⠒⠤⣀
                    │           ⠉⠒⠤⢄⣀
                1.80┤             ⚑3 ⠉⠑⠒⠒⠢⠤⠤⠤⢄⣀⣀
                    └0 ────────────────── step 6
                """
        )
    }

    @Test("never cuts the label of a marker")
    func markersAtTheEdge() {
        func marks(_ positions: [Double]) -> String {
            let canvas = drawn(32, 8) { rect, canvas in
                LineChart(
                    [.init("train", SampleSeries(xs: [0, 618], ys: [1, 1]), role: .series1)],
                    markers: positions.map { .init(x: $0, label: "\(Int($0))") }
                ).draw(in: rect, on: &canvas)
            }
            return canvas.cells.row(6)
        }
        #expect(marks([600]).hasSuffix("600⚑"))
        #expect(marks([100, 600]).contains("⚑100"))
        // No space for the second label on either side.
        #expect(marks([560, 600]).hasSuffix("⚑560⚑") || marks([560, 600]).hasSuffix("560⚑ ⚑"))
        #expect(!marks([590, 600]).contains("600"))
    }

    @Test("an alarm has a line and a row of its own, and the first of two comes first")
    func alarms() {
        let canvas = drawn(32, 8) { rect, canvas in
            LineChart(
                [.init("train", SampleSeries([4, 3, 2.5, 2.2, 2, 1.9, 1.8]), role: .series1)],
                markers: [
                    .init(x: 3, label: "3"), .init(x: 5, label: "5"),
                    .init(x: 3, label: "spike 3", isAlarm: true),
                    .init(x: 2, label: "spike 2", isAlarm: true),
                ]
            ).draw(in: rect, on: &canvas)
        }
        #expect(canvas.cells.row(5) == "    │  spike 2! ⠉⠒!spike 3")
        #expect(canvas.cells.row(0).contains("┊"))
    }

    @Test("keeps a spike of one step among a hundred thousand, and names what shares a column")
    func spike() throws {
        var values = [Double](repeating: 1, count: 100_000)
        values[70_123] = 50
        var reduction: LineChart.Reduction?
        let canvas = drawn(60, 12) { rect, canvas in
            reduction = LineChart([.init("loss", SampleSeries(values), role: .series1)])
                .draw(in: rect, on: &canvas)
        }
        let top = try #require(canvas.cells.dump().split(separator: "\n").first)
        #expect(top.contains { ("\u{2801}"..."\u{28FF}").contains($0) })
        let found = try #require(reduction)
        #expect(found.isReduced)
        #expect((1700...1900).contains(found.stepsPerColumn))
        #expect(canvas.cells.row(11).contains("1 col = \(found.stepsPerColumn) steps"))
    }

    @Test("leaves gaps where values are not finite, and counts them")
    func gaps() throws {
        var values = [Double](repeating: 1, count: 40)
        for index in 10..<30 { values[index] = index % 2 == 0 ? .nan : .infinity }
        var reduction: LineChart.Reduction?
        let canvas = drawn(20, 2) { rect, canvas in
            reduction = LineChart([.init("loss", SampleSeries(values), role: .series1)])
                .draw(in: rect, on: &canvas)
        }
        #expect(reduction?.gapCount == 20)
        let drawnColumns = (0..<20).filter { x in
            (0..<2).contains { canvas.cells[x, $0].text != " " }
        }
        #expect(drawnColumns == Array(0..<5) + Array(15..<20))
    }

    @Test("shows only words without finite values")
    func empty() {
        let canvas = drawn(30, 5) { rect, canvas in
            let chart = LineChart([.init("a", SampleSeries([.nan, .nan]), role: .series1)])
            #expect(chart.draw(in: rect, on: &canvas) == nil)
        }
        #expect(canvas.cells.row(0) == "no finite values yet")
    }

    @Test("distinguishes curves by pattern without colours and by letter in ASCII")
    func withoutColors() {
        let flat = SampleSeries([1, 1])
        let other = SampleSeries([2, 2])
        func chart(_ capabilities: Capabilities) -> String {
            drawn(24, 4, capabilities) { rect, canvas in
                LineChart([
                    .init("a", flat, role: .series1), .init("b", other, role: .series2),
                ]).draw(in: rect, on: &canvas)
            }.cells.dump()
        }
        let mono = chart(Capabilities(colors: .mono))
        #expect(mono.contains("a ━━  b ╍╍"))
        let ascii = chart(Capabilities(glyphs: .ascii, colors: .mono))
        #expect(ascii.contains("a **  b ++"))
        #expect(ascii.utf8.allSatisfy { $0 < 128 })
    }

    @Test("draws sparklines with their extremes, gaps marked")
    func sparkline() {
        let line = Sparkline(SampleSeries([8, 7, 6, 5, 4, 3, 2, 1, .nan]))
        #expect(line.text(width: 9, glyphs: .braille).plain == "█▇▆▅▄▃▂▁!")
        #expect(line.text(width: 9, glyphs: .ascii).plain == "#%*+=-:.!")
        #expect(Sparkline(SampleSeries([])).text(width: 5, glyphs: .braille).isEmpty)
        #expect(Sparkline(SampleSeries([2, 2])).text(width: 5, glyphs: .braille).plain == "▅▅")
    }
}

@Suite("Numbers in few characters")
struct DisplayNumberTests {
    @Test(
        "rounds to significant digits",
        arguments: [
            (1.8421, "1.842"), (0.031, "0.03100"), (0.00017, "1.7e-4"), (412.34, "412.3"),
            (123456, "123456"), (0, "0"), (-2.5, "-2.500"), (.nan, "nan"), (.infinity, "inf"),
            (1e9, "1e9"), (0.9999999, "1.0000"), (9.9999e-5, "1e-4"),
            (.leastNonzeroMagnitude, "0e-307"),
            (1.7976931348623157e308, "1.798e308"),
        ]
    )
    func text(value: Double, shown: String) {
        #expect(DisplayNumber.text(value) == shown)
    }

    @Test(
        "rounds to places after the point",
        arguments: [(1.005, 1, "1.0"), (0.5, 0, "1"), (-0.04, 1, "0.0"), (12.345, 2, "12.35")]
    )
    func fixed(value: Double, places: Int, shown: String) {
        #expect(DisplayNumber.fixed(value, decimals: places) == shown)
    }
}
