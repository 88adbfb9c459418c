import TerminalUI
import Testing

@Suite("Tables and lists")
struct TableTests {
    private let columns = [
        TableColumn("run", width: 8, weight: 1),
        TableColumn("loss", width: 6, alignment: .right, priority: 2),
        TableColumn("rate", width: 6, alignment: .right, priority: 1),
    ]

    private func table(_ rows: [String]) -> Table<[String]> {
        Table(columns: columns, rows: rows, sort: .init(column: 1, isAscending: false)) { id in
            [StyledText(id), "1.25", "3e-4"]
        }
    }

    @Test("draws headings, the order, marks and the selection")
    func golden() {
        var selection = ListState("b")
        selection.marked = ["c"]
        let rows = ["a", "b", "한글 이름이 길다"]
        let canvas = drawn(26, 4) { rect, canvas in
            table(rows + ["c"]).draw(in: rect, selection: selection, on: &canvas)
        }
        #expect(
            canvas.cells.dump() == """
                  run         loss▼   rate
                  a            1.25   3e-4
                › b            1.25   3e-4
                  한글 이름…   1.25   3e-4
                """
        )
        #expect(table(rows + ["c"]).footer(selection) == "2 of 4, 1 marked")
        #expect(canvas.cells[5, 2].style.surface == .selection)
    }

    @Test("drops the least important columns on narrow screens, never the first")
    func dropsColumns() {
        func header(_ width: Int) -> String {
            drawn(width, 2) { rect, canvas in
                table(["a"]).draw(in: rect, selection: ListState(), on: &canvas)
            }.cells.row(0)
        }
        #expect(header(24) == "  run       loss▼   rate")
        #expect(header(23) == "  run             loss▼")
        #expect(header(16) == "  run")
        #expect(header(4) == "  r…")
    }

    @Test("keeps the selection on its row when rows are added, removed and moved")
    func selectionById() {
        var selection = ListState("b")
        selection.refresh(["x", "c", "b", "a"])
        #expect(selection.selected == "b")
        #expect(selection.position(in: ["x", "c", "b", "a"]) == 2)
        selection.refresh(["x", "c", "a"])
        #expect(selection.selected == "a")
        selection.refresh([])
        #expect(selection.selected == nil)
    }

    @Test("moves with arrows, letters and pages, and stops at the ends")
    func moves() {
        let rows = Array(0..<100)
        var selection = ListState<Int>()
        selection.press("j", in: rows, visibleRows: 10)
        #expect(selection.selected == 1)
        selection.press(.pageDown, in: rows, visibleRows: 10)
        #expect(selection.selected == 10)
        #expect(selection.firstVisible(in: rows, rows: 10) == 1)
        selection.press("G", in: rows, visibleRows: 10)
        #expect(selection.selected == 99)
        selection.press(.up, in: rows, visibleRows: 10)
        #expect(selection.firstVisible(in: rows, rows: 10) == 90)
        selection.press("x", in: rows, visibleRows: 10, isKnown: false)
    }

    @Test("requests only the cells of visible rows")
    func isLazy() {
        var asked: [Int] = []
        let table = Table(columns: [TableColumn("n", width: 5)], rows: Array(0..<100_000)) { id in
            asked.append(id)
            return [StyledText("\(id)")]
        }
        _ = drawn(20, 5) { rect, canvas in
            table.draw(in: rect, selection: ListState(500), on: &canvas)
        }
        #expect(asked == [497, 498, 499, 500])
    }
}
