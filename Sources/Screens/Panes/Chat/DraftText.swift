import Platform
import TerminalUI

/// The draft broken into lines, with the position of the cursor.
struct DraftText {
    /// The lines.
    private(set) var lines: [String] = [""]
    /// The line and the column of the cursor.
    private(set) var cursor = Point(x: 0, y: 0)

    init(_ field: TextFieldState, width: Int) {
        var column = 0
        func breakLine(_ lines: inout [String]) {
            lines.append("")
            column = 0
        }
        for (place, character) in field.text.enumerated() {
            let glyph = String(character)
            let size = character.isNewline ? 0 : DisplayWidth.of(glyph)
            if column + size > width { breakLine(&lines) }
            if place == field.cursor { cursor = Point(x: column, y: lines.count - 1) }
            if character.isNewline {
                breakLine(&lines)
            } else {
                lines[lines.count - 1] += glyph
                column += size
            }
        }
        if field.cursor >= field.text.count {
            if column >= width { breakLine(&lines) }
            cursor = Point(x: column, y: lines.count - 1)
        }
    }

    /// Draws the lines around the cursor.
    func draw(isFocused: Bool, in rect: Rect, on canvas: inout Canvas) {
        guard !rect.isEmpty else { return }
        let first = max(0, min(cursor.y - rect.height + 1, lines.count - 1))
        for (row, line) in lines.dropFirst(first).prefix(rect.height).enumerated() {
            canvas.write(line, x: rect.x, y: rect.y + row, width: rect.width)
        }
        let place = Point(x: rect.x + min(cursor.x, rect.width - 1), y: rect.y + cursor.y - first)
        if isFocused, rect.contains(place) { canvas.showCursor(x: place.x, y: place.y) }
    }
}
