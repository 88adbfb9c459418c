import TerminalUI
import Testing

@Suite("Cells and boxes")
struct CanvasTests {
    @Test("clips at the right edge and never draws half a wide glyph")
    func clipsWideGlyph() {
        let canvas = drawn(5, 1) { _, canvas in canvas.write("ab한글", x: 0, y: 0) }
        #expect(canvas.cells.dump() == "ab한")
        #expect(canvas.cells.isWhole)
    }

    @Test("blanks the other half when one half of a wide glyph is overwritten")
    func overwritesHalves() {
        let left = drawn(4, 1) { _, canvas in
            canvas.write("한글", x: 0, y: 0)
            canvas.write("x", x: 1, y: 0)
        }
        #expect(left.cells.dump() == " x글")
        let across = drawn(4, 1) { _, canvas in
            canvas.write("한글", x: 0, y: 0)
            canvas.write("好", x: 1, y: 0)
        }
        #expect(across.cells.dump() == " 好")
        #expect(across.cells.isWhole)
    }

    @Test("keeps to its clip on every side")
    func clips() {
        let canvas = drawn(6, 3) { _, canvas in
            canvas.clipped(to: Rect(x: 1, y: 1, width: 4, height: 1)) { canvas in
                for y in -1...4 { canvas.write("한글한글", x: 0, y: y) }
                canvas.fill(Rect(x: 4, y: 0, width: 9, height: 9), with: "#")
            }
        }
        #expect(canvas.cells.dump() == "\n  글#\n")
    }

    @Test("joins boxes that share a border")
    func joinsBoxes() {
        let canvas = drawn(13, 5) { rect, canvas in
            let columns = rect.columns([.fixed(7), .ratio(1)], sharingBorders: true)
            canvas.box(columns[0], title: "A", trailing: "1/2")
            for row in columns[1].rows([.ratio(1), .ratio(1)], sharingBorders: true) {
                canvas.box(row)
            }
        }
        #expect(
            canvas.cells.dump() == """
                ╭ A ──┬─────╮
                │     │     │
                │     ├─────┤
                │     │     │
                ╰ 1/2 ┴─────╯
                """
        )
    }

    @Test("dumps styles in a second plane with a legend")
    func dumpsStyles() {
        let canvas = drawn(6, 1) { rect, canvas in
            canvas.write("ok", x: 0, y: 0, style: .success)
            canvas.write("!", x: 3, y: 0, style: .error)
            canvas.cover(Rect(x: 3, y: 0, width: 2, height: 1), with: .selection, .bold)
        }
        #expect(
            canvas.cells.dumpStyles() == """
                aa.bc
                a success
                b error on selection bold
                c text on selection bold
                """
        )
    }

    @Test("answers a click with the topmost target")
    func hits() {
        let canvas = drawn(10, 4) { rect, canvas in
            canvas.hit(rect, "back")
            canvas.hit(Rect(x: 2, y: 1, width: 3, height: 1), "front")
        }
        #expect(canvas.target(at: Point(x: 3, y: 1)) == "front")
        #expect(canvas.target(at: Point(x: 5, y: 1)) == "back")
        #expect(canvas.target(at: Point(x: 10, y: 1)) == nil)
    }

    @Test("draws boxes in ASCII if nothing else can be shown")
    func asciiBox() {
        let canvas = drawn(8, 3, Capabilities(glyphs: .ascii)) { rect, canvas in
            canvas.box(rect, title: "a very long title")
        }
        #expect(canvas.cells.dump() == "+ a v~ +\n|      |\n+------+")
        #expect(canvas.cells.dump().utf8.allSatisfy { $0 < 128 })
    }
}

@Suite("Layout")
struct LayoutTests {
    @Test("distributes what fixed parts leave, without losing a cell")
    func splits() {
        let rect = Rect(x: 2, y: 0, width: 101, height: 10)
        let parts = rect.columns([.fixed(20), .ratio(1), .min(10, weight: 2)])
        #expect(parts.map(\.width) == [20, 23, 58])
        #expect(parts.map(\.x) == [2, 22, 45])
    }

    @Test(
        "empties later parts when space runs out and never leaves the rectangle",
        arguments: 0...30
    )
    func runsOut(width: Int) {
        let rect = Rect(x: 0, y: 0, width: width, height: 3)
        for shares in [false, true] {
            let parts = rect.columns(
                [.fixed(8), .min(4), .ratio(1), .fixed(9)],
                sharingBorders: shares
            )
            for part in parts {
                #expect(part.width >= 0 && part.maxX <= width)
            }
        }
    }
}
