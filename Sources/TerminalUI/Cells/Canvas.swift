import Platform

/// What a view draws on: cells with a clip, where the cursor goes, and what a click hits.
public struct Canvas: Sendable {
    /// What has been drawn.
    public private(set) var cells: CellBuffer
    /// What the terminal can show.
    public let capabilities: Capabilities
    /// Where the text cursor shows, if anywhere.
    public private(set) var cursor: Point?
    /// What lies under the mouse; the last drawn is on top.
    public private(set) var hits: [Hit] = []
    private var clip: Rect

    /// A part of the screen that answers to a click.
    public struct Hit: Hashable, Sendable {
        /// Where it is.
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

    /// Draws with everything outside a rectangle left as it is.
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

    /// Writes text into one row of a rectangle, cut with an ellipsis where it does not fit.
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

    /// Gives the cells of a rectangle another surface and keeps their text and meaning.
    public mutating func cover(_ rect: Rect, with surface: Role, _ attributes: Attributes = []) {
        let area = rect.intersection(clip)
        for y in area.y..<area.maxY {
            for x in area.x..<area.maxX {
                cells.restyle(x: x, y: y) { $0.on(surface).with(attributes) }
            }
        }
    }

    /// Makes a rectangle answer to clicks as `target`.
    public mutating func hit(_ rect: Rect, _ target: String) {
        let area = rect.intersection(clip)
        if !area.isEmpty { hits.append(Hit(rect: area, target: target)) }
    }

    /// What a click at a cell means: the topmost target there.
    public func target(at point: Point) -> String? {
        hits.last { $0.rect.contains(point) }?.target
    }

    /// Shows the text cursor at a cell; outside the clip it is hidden.
    public mutating func showCursor(x: Int, y: Int) {
        let point = Point(x: x, y: y)
        cursor = clip.contains(point) ? point : nil
    }

    /// Hides the text cursor, as a dialog does with what lies beneath.
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

/// Where text stands in a wider place.
public enum Alignment: Hashable, Sendable {
    /// At the start.
    case left
    /// In the middle.
    case center
    /// At the end, as numbers do.
    case right
}
