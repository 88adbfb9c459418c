/// How far a ``ScrollText`` is scrolled.
public struct ScrollTextState: Hashable, Sendable {
    /// Whether it stays at the end while text is added.
    public private(set) var followsEnd: Bool
    /// Wrapped lines above the first one shown, as long as it does not follow the end.
    public private(set) var offset = 0

    /// At the start, or at the end and staying there.
    public init(followsEnd: Bool = false) { self.followsEnd = followsEnd }

    /// Scrolls by lines; reaching the end makes it follow, leaving it stops that.
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

/// Paragraphs wrapped to the width they get.
public struct ScrollText: Hashable, Sendable {
    /// The paragraphs.
    public let paragraphs: [StyledText]

    /// Text to draw.
    public init(_ paragraphs: [StyledText]) { self.paragraphs = paragraphs }

    /// The lines at a width.
    public func lines(width: Int) -> [StyledText] {
        paragraphs.flatMap { $0.wrapped(to: width) }
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
