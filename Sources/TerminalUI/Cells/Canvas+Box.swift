import Platform

extension Canvas {
    /// Draws a rounded box and returns its inside.
    ///
    /// Where a line meets one drawn before, the two join, so boxes that share a border share its
    /// junctions. `title` is set into the top line, `trailing` (such as `3 of 20`) into the bottom
    /// one.
    @discardableResult
    public mutating func box(
        _ rect: Rect,
        title: StyledText = StyledText(),
        trailing: StyledText = StyledText(),
        isFocused: Bool = false
    ) -> Rect {
        guard rect.width >= 2, rect.height >= 2 else { return rect.insideBorder }
        let style = Style(isFocused ? .borderFocused : .border)
        let right = rect.maxX - 1
        let bottom = rect.maxY - 1
        for x in rect.x + 1..<right {
            line([.left, .right], x: x, y: rect.y, style: style)
            line([.left, .right], x: x, y: bottom, style: style)
        }
        for y in rect.y + 1..<bottom {
            line([.up, .down], x: rect.x, y: y, style: style)
            line([.up, .down], x: right, y: y, style: style)
        }
        line([.right, .down], x: rect.x, y: rect.y, style: style)
        line([.left, .down], x: right, y: rect.y, style: style)
        line([.right, .up], x: rect.x, y: bottom, style: style)
        line([.left, .up], x: right, y: bottom, style: style)
        label(title, from: rect.x, to: right, y: rect.y, alignment: .left)
        label(trailing, from: rect.x, to: right, y: bottom, alignment: .right)
        return rect.insideBorder
    }

    /// Draws a horizontal line through a row, joining lines at its ends.
    public mutating func horizontalLine(x: Int, y: Int, width: Int, style: Style = Style(.border)) {
        guard width > 0 else { return }
        for column in x..<x + width {
            let sides: LineSides =
                column == x ? [.right] : column == x + width - 1 ? [.left] : [.left, .right]
            line(width == 1 ? [.left, .right] : sides, x: column, y: y, style: style)
        }
    }

    private mutating func label(
        _ text: StyledText,
        from left: Int,
        to right: Int,
        y: Int,
        alignment: Alignment
    ) {
        let room = right - left - 3
        guard !text.isEmpty, room > 0 else { return }
        let shown = text.truncated(to: room, ellipsis: glyphs.ellipsis)
        let start = alignment == .left ? left + 1 : right - shown.width - 2
        write(" ", x: start, y: y)
        let end = start + 1 + write(shown, x: start + 1, y: y)
        write(" ", x: end, y: y)
    }

    mutating func line(_ sides: LineSides, x: Int, y: Int, style: Style) {
        guard cells.contains(x, y) else { return }
        let joined = sides.union(LineSides(glyph: cells[x, y].text, in: glyphs))
        put(Glyph(text: joined.glyph(in: glyphs), width: 1), x: x, y: y, style: style)
    }
}

/// The sides of a cell that a line reaches.
struct LineSides: OptionSet, Hashable {
    let rawValue: Int

    static let up = LineSides(rawValue: 1)
    static let down = LineSides(rawValue: 2)
    static let left = LineSides(rawValue: 4)
    static let right = LineSides(rawValue: 8)

    /// Glyphs by the bits above.
    private static let lines = [
        " ", "│", "│", "│", "─", "╯", "╮", "┤", "─", "╰", "╭", "├", "─", "┴", "┬", "┼",
    ]
    private static let ascii = [
        " ", "|", "|", "|", "-", "+", "+", "+", "-", "+", "+", "+", "-", "+", "+", "+",
    ]

    init(rawValue: Int) { self.rawValue = rawValue }

    /// The sides a box glyph reaches; nothing for any other text.
    ///
    /// ASCII junctions do not show their sides and are not joined.
    init(glyph: String, in set: GlyphSet) {
        switch glyph {
        case "│": self = [.up, .down]
        case "─": self = [.left, .right]
        default: self.init(rawValue: Self.sidesOf[glyph] ?? 0)
        }
    }

    private static let sidesOf: [String: Int] = Dictionary(
        lines.enumerated().dropFirst().map { ($1, $0) },
        uniquingKeysWith: { _, last in last }
    )

    func glyph(in set: GlyphSet) -> String {
        (set == .ascii ? Self.ascii : Self.lines)[rawValue]
    }
}
