/// The scroll position of a ``ScrollText``.
public struct ScrollTextState: Hashable, Sendable {
    /// Whether it stays at the end while text is added.
    public private(set) var followsEnd: Bool
    /// The number of wrapped lines above the first one shown, unless it follows the end.
    public private(set) var offset = 0

    /// A position at the start, or one that follows the end.
    public init(followsEnd: Bool = false) { self.followsEnd = followsEnd }

    /// Scrolls by lines; it follows the end while it is there.
    ///
    /// `total` and `visible` count wrapped lines.
    public mutating func scroll(by lines: Int, total: Int, visible: Int) {
        let last = max(0, total - visible)
        let now = followsEnd ? last : min(offset, last)
        offset = min(max(0, now + lines), last)
        followsEnd = offset == last && (followsEnd || lines > 0)
    }

    func first(total: Int, visible: Int) -> Int {
        let last = max(0, total - visible)
        return followsEnd ? last : min(offset, last)
    }
}

/// Paragraphs wrapped to the width of their area.
public struct ScrollText: Hashable, Sendable {
    /// The paragraphs.
    public let paragraphs: [StyledText]
    /// The columns that all lines of a paragraph but the first are indented by.
    public let indent: Int

    /// Text to draw.
    public init(_ paragraphs: [StyledText], indent: Int = 0) {
        self.paragraphs = paragraphs
        self.indent = indent
    }

    /// The lines at a width.
    public func lines(width: Int) -> [StyledText] {
        paragraphs.flatMap { $0.wrapped(to: width, indent: indent) }
    }

    /// Draws the visible lines.
    public func draw(in rect: Rect, state: ScrollTextState, on canvas: inout Canvas) {
        let lines = lines(width: rect.width)
        let first = state.first(total: lines.count, visible: rect.height)
        for (row, line) in lines.dropFirst(first).prefix(rect.height).enumerated() {
            canvas.write(line, x: rect.x, y: rect.y + row, width: rect.width)
        }
    }
}
