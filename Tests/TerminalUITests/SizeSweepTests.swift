import TerminalUI
import Testing

/// Every widget at every size: none may trap, leave its rectangle or cut a wide glyph.
@Suite("Sizes from 1 x 1")
struct SizeSweepTests {
    private static let widths = Array(1...14) + [20, 40, 79, 80, 81, 120, 300]
    private static let heights = Array(1...6) + [10, 24, 50]
    private static let hostile = "휴가 👩‍💻🇰🇷 \u{1B}[2J 今天天气 e\u{301} incomprehensibilities"

    private static let series = SampleSeries(
        (0..<300).map { $0 % 50 == 7 ? .nan : Double($0 * $0) }
    )

    private static let widgets: [(String, @Sendable (Rect, inout Canvas) -> Void)] = [
        (
            "chart",
            { rect, canvas in
                LineChart(
                    [
                        .init(hostile, series, role: .series1),
                        .init("b", SampleSeries([1]), role: .series2),
                    ],
                    markers: [.init(x: 5, label: "5"), .init(x: 299, label: hostile)]
                ).draw(in: rect, on: &canvas)
            }
        ),
        (
            "table",
            { rect, canvas in
                Table(
                    columns: [
                        TableColumn("한글", width: 6, weight: 1),
                        TableColumn("b", width: 9, priority: 1),
                        TableColumn("c", width: 5, weight: 3, alignment: .right),
                    ],
                    rows: Array(0..<40),
                    sort: .init(column: 0, isAscending: true),
                    hitPrefix: "r"
                ) { [StyledText(hostile), StyledText("\($0)", .error), "x"] }
                .draw(in: rect, selection: ListState(33), on: &canvas)
            }
        ),
        (
            "field",
            { rect, canvas in TextField(TextFieldState(hostile)).draw(in: rect, on: &canvas) }
        ),
        (
            "form",
            { rect, canvas in
                let fields = (0..<9).map { index in
                    FormField(
                        "\(index)",
                        hostile,
                        index % 2 == 0 ? .text() : .choice([hostile]),
                        hint: hostile
                    )
                }
                Form(FormState(fields, values: ["0": hostile])).draw(in: rect, on: &canvas)
            }
        ),
        (
            "dialog",
            { rect, canvas in
                Dialog(
                    title: hostile,
                    message: [StyledText(hostile)],
                    choices: [.init(id: "a", title: hostile, isDangerous: true)],
                    requiredText: hostile
                ).draw(.init(), in: rect, on: &canvas)
            }
        ),
        (
            "menu",
            { rect, canvas in
                let items = (0..<30).map {
                    MenuItem(
                        id: "\($0)",
                        title: hostile,
                        detail: hostile,
                        disabledReason: $0 == 2 ? hostile : nil
                    )
                }
                Menu(title: hostile, items: items).draw(
                    MenuState(selected: "20"),
                    in: rect,
                    on: &canvas
                )
            }
        ),
        (
            "text",
            { rect, canvas in
                ScrollText([StyledText(hostile), StyledText(hostile)])
                    .draw(in: rect, state: ScrollTextState(followsEnd: true), on: &canvas)
            }
        ),
        (
            "small ones",
            { rect, canvas in
                MessageLine(hostile, role: .error).draw(in: rect, on: &canvas)
                canvas.write(
                    Sparkline(series).text(width: rect.width, glyphs: canvas.glyphs),
                    in: rect
                )
                canvas.box(rect, title: StyledText(hostile), trailing: StyledText(hostile))
            }
        ),
    ]

    @Test("holds for every widget and glyph set", arguments: GlyphSet.allCases)
    func sweep(glyphs: GlyphSet) {
        var failures: [String] = []
        for (name, draw) in Self.widgets {
            for width in Self.widths {
                for height in Self.heights {
                    let margin = 2
                    var canvas = Canvas(
                        size: Size(width: width + 2 * margin, height: height + 2 * margin),
                        capabilities: Capabilities(glyphs: glyphs, colors: .mono)
                    )
                    canvas.fill(canvas.bounds, with: "@", style: .warning)
                    let rect = Rect(x: margin, y: margin, width: width, height: height)
                    draw(rect, &canvas)
                    if let problem = Self.problem(canvas, rect) {
                        failures.append("\(name) at \(width) x \(height): \(problem)")
                    }
                }
            }
        }
        #expect(failures == [])
    }

    private static func problem(_ canvas: Canvas, _ rect: Rect) -> String? {
        let size = canvas.cells.size
        for y in 0..<size.height {
            let isOutside = y < rect.y || y >= rect.maxY
            for x in 0..<size.width where isOutside || x < rect.x || x >= rect.maxX {
                if canvas.cells[x, y].text != "@" { return "drew at \(x), \(y)" }
            }
        }
        if !canvas.cells.isWhole { return "cut a wide glyph" }
        if let cursor = canvas.cursor, !rect.contains(cursor) { return "cursor outside" }
        let isInside = canvas.hits.allSatisfy { $0.rect.intersection(rect) == $0.rect }
        return isInside ? nil : "click target outside"
    }
}
