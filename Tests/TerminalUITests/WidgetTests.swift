import TerminalUI
import Testing

@Suite("Small widgets")
struct SmallWidgetTests {
    @Test("scrolls text, follows its end, and stays where it was left")
    func scrollText() {
        let text = ScrollText((1...20).map { StyledText("line \($0)") })
        func first(_ state: ScrollTextState) -> String {
            drawn(10, 5) { rect, canvas in text.draw(in: rect, state: state, on: &canvas) }
                .cells.row(0)
        }
        var state = ScrollTextState(followsEnd: true)
        #expect(first(state) == "line 16")
        state.scroll(by: -3, total: 20, visible: 5)
        #expect(first(state) == "line 13")
        #expect(!state.followsEnd)
        state.scroll(by: 99, total: 20, visible: 5)
        #expect(state.followsEnd)
    }

    @Test("shows the severity of a message without colour")
    func message() {
        let canvas = drawn(20, 1) { rect, canvas in
            MessageLine("saved", role: .success).draw(in: rect, on: &canvas)
        }
        #expect(canvas.cells.dump() == "✓ saved")
    }
}
