import TerminalUI

/// A text that covers the screen and scrolls: the help, the log of actions.
package struct TextSheet: Equatable, Sendable {
    let title: String
    let text: ScrollText
    /// The key that closes it, in addition to esc, q and enter.
    var key = Key.escape

    /// The number of its lines on a screen of that size.
    func lineCount(_ size: Size) -> Int {
        text.lines(width: Frame(size: size).overlay.insideBorder.width - 2).count
    }

    func draw(_ scroll: ScrollTextState, in rect: Rect, on canvas: inout Canvas) {
        canvas.hideCursor()
        canvas.fill(rect)
        let inner = canvas.box(
            rect,
            title: StyledText(title, .strong),
            trailing: StyledText("esc closes", .muted),
            isFocused: true
        )
        text.draw(in: inner.inset(horizontally: 1), state: scroll, on: &canvas)
    }
}
