import TerminalUI

/// The `:` line in the footer, with its completions.
enum CommandLineView {
    static func draw(
        _ state: AppState,
        _ field: TextFieldState,
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        canvas.fill(rect)
        let parts = rect.columns([.fixed(1), .ratio(1), .ratio(1)])
        canvas.write(":", in: parts[0], style: .accent)
        TextField(field, placeholder: "a command; tab completes").draw(in: parts[1], on: &canvas)
        let completions = state.keyTable.completions(of: field.text)
        guard !field.text.isEmpty, !completions.isEmpty else { return }
        canvas.write(StyledText(completions.joined(separator: "  "), .muted), in: parts[2])
    }
}

extension Canvas {
    fileprivate mutating func write(_ text: String, in rect: Rect, style: Style) {
        write(StyledText(text, style), in: rect)
    }
}

/// A question for one line of text, in the middle of the screen.
enum TextPromptView {
    static func draw(_ prompt: TextPrompt, in rect: Rect, on canvas: inout Canvas) {
        let width = min(rect.width, 76)
        let problem = StyledText(prompt.problem ?? "", .error).wrapped(to: max(1, width - 4))
        let lines = prompt.problem == nil ? [] : problem
        let area = rect.centered(Size(width: width, height: 4 + lines.count))
        guard !area.isEmpty else { return }
        canvas.hideCursor()
        canvas.fill(area)
        let inner = canvas.box(area, title: StyledText(prompt.title, .strong), isFocused: true)
        let room = inner.isEmpty ? area : inner.inset(horizontally: 1)
        TextField(prompt.field).draw(in: room.row(0), on: &canvas)
        for (row, line) in lines.enumerated() { canvas.write(line, in: room, row: row + 1) }
        canvas.write(StyledText(prompt.hint, .muted), in: room, row: lines.count + 1)
    }
}
