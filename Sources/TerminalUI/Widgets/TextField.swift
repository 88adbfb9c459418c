import Platform

/// Draws a text field of one line, scrolled so that the cursor is visible.
///
/// A selected text is drawn in reverse, with a hint that typing replaces it if there is room.
public struct TextField: Sendable {
    /// The text and the cursor.
    public let state: TextFieldState
    /// Shown while nothing has been typed.
    public let placeholder: String
    /// Whether it takes the keys now.
    public let isFocused: Bool
    /// How the text looks.
    public let style: Style

    /// A field to draw.
    public init(
        _ state: TextFieldState,
        placeholder: String = "",
        isFocused: Bool = true,
        style: Style = .text
    ) {
        self.state = state
        self.placeholder = placeholder
        self.isFocused = isFocused
        self.style = style
    }

    static let selectionHint = "type to replace"

    /// Draws into the first row of a rectangle and places the cursor.
    public func draw(in rect: Rect, on canvas: inout Canvas) {
        guard !rect.isEmpty else { return }
        let line = rect.row(0)
        canvas.fill(line, style: style)
        if state.text.isEmpty {
            canvas.write(StyledText(placeholder, Style(.muted, on: style.surface)), in: line)
            if isFocused { canvas.showCursor(x: line.x, y: line.y) }
            return
        }
        let isSelected = isFocused && state.isSelected
        let before = DisplayWidth.of(String(state.text.prefix(state.cursor)))
        // The cursor stays one column inside the field.
        let scroll = isFocused ? max(0, before - line.width + 1) : 0
        canvas.clipped(to: line) { canvas in
            canvas.write(
                state.text,
                x: line.x - scroll,
                y: line.y,
                width: line.width + scroll,
                style: isSelected ? style.with(.reverse) : style
            )
        }
        if isSelected {
            let used = before + 2
            let rest = Rect(x: line.x + used, y: line.y, width: line.width - used, height: 1)
            if rest.width >= DisplayWidth.of(Self.selectionHint) {
                let hint = StyledText(Self.selectionHint, Style(.muted, on: style.surface))
                canvas.write(hint, in: rest)
            }
        }
        if isFocused { canvas.showCursor(x: line.x + before - scroll, y: line.y) }
    }
}
