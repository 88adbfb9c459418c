import Platform
import TerminalUI

/// The last row: keys on the left, the passing message on the right.
enum Footer {
    static func draw(_ state: AppState, in rect: Rect, on canvas: inout Canvas) {
        let message = state.message.map { $0.text } ?? ""
        let wanted = message.isEmpty ? 0 : DisplayWidth.of(message) + 4
        // A message may hide hints, but not the first ones. A success leaves them more room,
        // because the log has the whole message.
        let isProblem = [.warning, .error].contains(state.message?.role)
        let room = isProblem ? max(rect.width - 24, rect.width * 2 / 3) : rect.width / 2
        let width = min(wanted, room)
        let parts = rect.columns([.ratio(1), .fixed(width)])
        drawHints(
            of: state,
            in: parts[0].inset(horizontally: parts[0].width > 2 ? 1 : 0),
            on: &canvas
        )
        guard let shown = state.message, width > 2 else { return }
        let text = MessageLine(message, role: shown.role)
        text.draw(in: parts[1].inset(horizontally: 1), on: &canvas)
    }

    private static func drawHints(of state: AppState, in rect: Rect, on canvas: inout Canvas) {
        var x = rect.x
        let content = state.pane.content
        // A text field takes the printable keys, so the general bindings do not apply.
        let table = content.isTyping(in: state) ? content.keys(in: state) : state.keyTable
        for hint in table.hints(in: state) {
            let key = hint.key.description
            let width = DisplayWidth.of(key) + 1 + DisplayWidth.of(hint.label)
            guard x + width <= rect.maxX else { return }
            let start = x
            x += canvas.write(key, x: x, y: rect.y, style: hint.isEnabled ? .accent : .muted) + 1
            x += canvas.write(hint.label, x: x, y: rect.y, style: hint.isEnabled ? .text : .muted)
            canvas.hit(
                Rect(x: start, y: rect.y, width: x - start, height: 1),
                "key:\(hint.id)"
            )
            x += 2
        }
    }
}
