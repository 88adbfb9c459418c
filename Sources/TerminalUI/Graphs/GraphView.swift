/// Draws a graph: boxes in layers from left to right, and the lines between them.
///
/// Only what is visible is drawn, so the cost does not depend on the size of the graph.
public struct GraphView {
    /// What a box shows.
    public struct Label {
        /// The text inside.
        public let text: StyledText
        /// The text in its lower border, such as a duration.
        public let note: StyledText

        /// A text, and a note for the border.
        public init(_ text: StyledText, note: StyledText = StyledText()) {
            self.text = text
            self.note = note
        }
    }

    /// The prefix of the click targets of boxes; the node's number follows.
    public static let hitPrefix = "box:"

    private let layout: GraphLayout
    private let selected: Int?
    private let label: (Int) -> Label

    /// A graph to draw.
    public init(_ layout: GraphLayout, selected: Int?, label: @escaping (Int) -> Label) {
        self.layout = layout
        self.selected = selected
        self.label = label
    }

    /// The first column and row to show so that the selected box is visible, near the middle if the
    /// graph is larger than its area.
    public func origin(in size: Size) -> Point {
        guard let selected, layout.boxes.indices.contains(selected) else {
            return Point(x: 0, y: 0)
        }
        let box = layout.boxes[selected]
        func first(_ start: Int, _ length: Int, of total: Int, in room: Int) -> Int {
            total <= room ? 0 : min(max(0, start + length / 2 - room / 2), total - room)
        }
        return Point(
            x: first(box.x, box.width, of: layout.size.width, in: size.width),
            y: first(box.y, box.height, of: layout.size.height, in: size.height)
        )
    }

    /// Draws the part around the selected box.
    public func draw(in rect: Rect, on canvas: inout Canvas) {
        guard !rect.isEmpty else { return }
        let origin = origin(in: rect.size)
        // A graph smaller than its area is centred in its rows.
        let dy = rect.y - origin.y + max(0, rect.height - layout.size.height) / 2
        let dx = rect.x - origin.x
        let columns = origin.x - 1..<origin.x + rect.width
        let rows = rect.y - dy..<rect.maxY - dy
        canvas.clipped(to: rect) { canvas in
            let visible = layout.strips.filter { $0.columns.overlaps(columns) }
            for strip in visible { drawBoxes(strip, rows, dx, dy, on: &canvas) }
            for strip in visible { drawLines(strip, rows, columns, dx, dy, on: &canvas) }
        }
    }

    private func drawBoxes(
        _ strip: GraphLayout.Strip,
        _ rows: Range<Int>,
        _ dx: Int,
        _ dy: Int,
        on canvas: inout Canvas
    ) {
        for node in strip.nodes {
            let box = layout.boxes[node]
            guard box.y < rows.upperBound, box.maxY > rows.lowerBound else { continue }
            let place = Rect(x: box.x + dx, y: box.y + dy, width: box.width, height: box.height)
            let isSelected = node == selected
            let label = label(node)
            let inner = canvas.box(place, trailing: label.note, isFocused: isSelected)
                .inset(horizontally: 1)
            canvas.write(label.text, in: inner)
            if isSelected { canvas.cover(place.insideBorder, with: .selection) }
            canvas.hit(place, "\(Self.hitPrefix)\(node)")
        }
    }

    private func drawLines(
        _ strip: GraphLayout.Strip,
        _ rows: Range<Int>,
        _ columns: Range<Int>,
        _ dx: Int,
        _ dy: Int,
        on canvas: inout Canvas
    ) {
        // All sides that lines reach in a cell are collected first: a half line cannot be read back.
        var sides: [Point: LineSides] = [:]
        for line in strip.lines
        where line.isVertical ? columns.contains(line.x) : rows.contains(line.y) {
            let start = line.isVertical ? line.y : line.x
            let shown = (line.isVertical ? rows : columns).clamped(to: start..<start + line.length)
            for position in shown {
                let cell = Point(
                    x: line.isVertical ? line.x : position,
                    y: line.isVertical ? position : line.y
                )
                sides[cell, default: []].formUnion(self.sides(of: line, at: position, in: strip))
            }
        }
        for (cell, sides) in sides {
            canvas.line(sides, x: cell.x + dx, y: cell.y + dy, style: Style(.border))
        }
        for arrow in strip.arrows where rows.contains(arrow.y) {
            canvas.write(
                canvas.glyphs.arrow,
                x: arrow.x + dx,
                y: arrow.y + dy,
                style: Style(.border)
            )
        }
    }

    /// The sides that a line reaches in one of its cells.
    ///
    /// At the edges of its strip a horizontal line continues, in a box or in the next strip.
    private func sides(
        of line: GraphLayout.Line,
        at position: Int,
        in strip: GraphLayout.Strip
    ) -> LineSides {
        let start = line.isVertical ? line.y : line.x
        var sides: LineSides = line.isVertical ? [.up, .down] : [.left, .right]
        if position == start, line.isVertical || position != strip.columns.lowerBound {
            sides.remove(line.isVertical ? .up : .left)
        }
        if position == start + line.length - 1,
            line.isVertical || position != strip.columns.upperBound - 1
        {
            sides.remove(line.isVertical ? .down : .right)
        }
        return sides
    }
}
