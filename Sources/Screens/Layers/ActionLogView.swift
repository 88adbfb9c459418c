import TerminalUI
import Workspace

/// What `L` shows: what was done and told, with the command line that does the same.
enum ActionLogView {
    static func lineCount(_ state: AppState) -> Int {
        text(state).lines(width: Frame(size: state.size).overlay.insideBorder.width - 2).count
    }

    static func draw(
        _ state: AppState,
        _ scroll: ScrollTextState,
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        canvas.hideCursor()
        canvas.fill(rect)
        let inner = canvas.box(
            rect,
            title: StyledText("Log of actions", .strong),
            trailing: StyledText("esc closes", .muted),
            isFocused: true
        )
        text(state).draw(in: inner.inset(horizontally: 1), state: scroll, on: &canvas)
    }

    private static func text(_ state: AppState) -> ScrollText {
        guard !state.log.entries.isEmpty else {
            return ScrollText([StyledText("Nothing has been done yet.", .muted)])
        }
        return ScrollText(
            state.log.entries.flatMap { entry in
                let style: Style =
                    switch entry.level {
                    case .success: .success
                    case .information: .text
                    case .warning: .warning
                    case .failure: .error
                    }
                var text = StyledText(Figures.clock(entry.date) + "  ", .muted)
                text.append(entry.text, style)
                guard let command = entry.command else { return [text] }
                return [text, StyledText("          $ \(command)", .accent)]
            }
        )
    }
}
