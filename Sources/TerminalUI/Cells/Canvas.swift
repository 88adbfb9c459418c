import Platform

/// The target of drawing: cells with a clip, the cursor, and click targets.
public struct Canvas: Sendable {
    /// The cells drawn so far.
    public private(set) var cells: CellBuffer
    /// The terminal's capabilities.
    public let capabilities: Capabilities
    /// The position of the text cursor; nil while it is hidden.
    public private(set) var cursor: Point?
    /// The click targets; the last one drawn is on top.
    public private(set) var hits: [Hit] = []
    private var clip: Rect

    /// A part of the screen that can be clicked.
    public struct Hit: Hashable, Sendable {
        /// Its area.
        public let rect: Rect
        /// Its name, given by the view that drew it.
        public let target: String
    }

    /// A blank canvas.
    public init(size: Size, capabilities: Capabilities = Capabilities()) {
        cells = CellBuffer(size: size)
        self.capabilities = capabilities
        clip = Rect(size)
    }

    /// The whole area.
    public var bounds: Rect { Rect(cells.size) }
    /// The glyphs to draw with.
    public var glyphs: GlyphSet { capabilities.glyphs }

    /// Draws within a rectangle; cells outside are unchanged.
    public mutating func clipped(to rect: Rect, _ draw: (inout Canvas) -> Void) {
        let outer = clip
        clip = outer.intersection(rect)
        draw(&self)
        clip = outer
    }

    /// Writes text from a position to the right, at most `width` columns, and returns those used.
    ///
    /// Text is made harmless first (see ``Glyph``). A wide glyph that an edge would cut becomes
    /// blank.
    @discardableResult
    public mutating func write(
        _ text: String,
        x: Int,
        y: Int,
        width: Int = .max,
        style: Style = .text
    ) -> Int {
        let visible = y >= clip.y && y < clip.maxY
        var used = 0
        Glyph.forEach(in: text) { glyph in
            guard glyph.width <= width - used else { return false }
            if visible { put(glyph, x: x + used, y: y, style: style) }
            used += glyph.width
            return used < width && x + used < clip.maxX
        }
        return used
    }

    /// Writes styled text from a position to the right, at most `width` columns, and returns those
    /// used.
    @discardableResult
    public mutating func write(_ text: StyledText, x: Int, y: Int, width: Int = .max) -> Int {
        var used = 0
        for run in text.runs where used < width {
            used += write(run.text, x: x + used, y: y, width: width - used, style: run.style)
        }
        return used
    }

    /// Writes text into one row of a rectangle, truncated with an ellipsis if it does not fit.
    @discardableResult
    public mutating func write(
        _ text: StyledText,
        in rect: Rect,
        row: Int = 0,
        alignment: Alignment = .left
    ) -> Int {
        guard row >= 0, row < rect.height else { return 0 }
        let shown = text.truncated(to: rect.width, ellipsis: glyphs.ellipsis)
        let slack = rect.width - shown.width
        let offset =
            switch alignment {
            case .left: 0
            case .center: slack / 2
            case .right: slack
            }
        return write(shown, x: rect.x + offset, y: rect.y + row, width: rect.width - offset)
    }

    /// Fills a rectangle with one ASCII character or glyph of a single column.
    public mutating func fill(_ rect: Rect, with character: Character = " ", style: Style = .text) {
        let area = rect.intersection(clip)
        var glyph = Glyph.space
        Glyph.forEach(in: String(character)) { first in
            glyph = first.width == 1 ? first : .space
            return false
        }
        for y in area.y..<area.maxY {
            for x in area.x..<area.maxX { cells.put(glyph, x: x, y: y, style: style) }
        }
    }

    /// Gives the cells of a rectangle another surface and keeps their text and role.
    public mutating func cover(_ rect: Rect, with surface: Role, _ attributes: Attributes = []) {
        let area = rect.intersection(clip)
        for y in area.y..<area.maxY {
            for x in area.x..<area.maxX {
                cells.restyle(x: x, y: y) { $0.on(surface).with(attributes) }
            }
        }
    }

    /// Makes a rectangle the click target `target`.
    public mutating func hit(_ rect: Rect, _ target: String) {
        let area = rect.intersection(clip)
        if !area.isEmpty { hits.append(Hit(rect: area, target: target)) }
    }

    /// The topmost click target at a cell.
    public func target(at point: Point) -> String? {
        hits.last { $0.rect.contains(point) }?.target
    }

    /// Shows the text cursor at a cell; outside the clip it is hidden.
    public mutating func showCursor(x: Int, y: Int) {
        let point = Point(x: x, y: y)
        cursor = clip.contains(point) ? point : nil
    }

    /// Hides the text cursor, as a dialog does for the views beneath it.
    public mutating func hideCursor() { cursor = nil }

    mutating func put(_ glyph: Glyph, x: Int, y: Int, style: Style) {
        guard y >= clip.y, y < clip.maxY, x + glyph.width > clip.x, x < clip.maxX else { return }
        if x >= clip.x, x + glyph.width <= clip.maxX {
            cells.put(glyph, x: x, y: y, style: style)
        } else {
            cells.put(.space, x: max(x, clip.x), y: y, style: style)
        }
    }
}

/// The alignment of text in a wider area.
public enum Alignment: Hashable, Sendable {
    /// At the start.
    case left
    /// In the middle.
    case center
    /// At the end, as for numbers.
    case right
}
