/// A column of a ``Table``.
public struct TableColumn: Hashable, Sendable {
    /// Its heading.
    public let title: String
    /// Its minimum width.
    public let width: Int
    /// Its share of the remaining room; 0 keeps it at `width`.
    public let weight: Int
    /// The alignment of its text.
    public let alignment: Alignment
    /// Its priority on a narrow screen: the lowest are dropped first, the first column never.
    public let priority: Int

    /// A column with a minimum width and a weight.
    public init(
        _ title: String,
        width: Int,
        weight: Int = 0,
        alignment: Alignment = .left,
        priority: Int = 0
    ) {
        self.title = title
        self.width = max(1, width)
        self.weight = weight
        self.alignment = alignment
        self.priority = priority
    }
}

/// Draws rows under headings, as many columns as fit.
///
/// Cells are made for visible rows only, so the cost does not depend on the length of the table.
public struct Table<Rows: RandomAccessCollection>
where Rows.Element: Hashable & Sendable, Rows.Index == Int {
    /// What identifies a row.
    public typealias ID = Rows.Element

    /// The column and direction of the order.
    public struct Sort: Hashable, Sendable {
        /// The column's index.
        public let column: Int
        /// Whether the smallest comes first.
        public let isAscending: Bool

        /// An order by a column.
        public init(column: Int, isAscending: Bool) {
            self.column = column
            self.isAscending = isAscending
        }
    }

    /// The columns.
    public let columns: [TableColumn]
    /// The rows in their order.
    public let rows: Rows
    /// The order of the rows, shown in the heading.
    public let sort: Sort?
    /// Whether headings are drawn.
    public let hasHeader: Bool
    /// Whether the table has the focus.
    public let isFocused: Bool
    /// The prefix of the click targets of rows; the row's position follows.
    public let hitPrefix: String?
    /// The text of the cells of the row at a position, one per column.
    public let cells: (Int) -> [StyledText]

    /// A table to draw.
    public init(
        columns: [TableColumn],
        rows: Rows,
        sort: Sort? = nil,
        hasHeader: Bool = true,
        isFocused: Bool = true,
        hitPrefix: String? = nil,
        cells: @escaping (ID) -> [StyledText]
    ) {
        self.init(
            cellsAt: { cells(rows[$0]) },
            columns: columns,
            rows: rows,
            sort: sort,
            hasHeader: hasHeader,
            isFocused: isFocused,
            hitPrefix: hitPrefix
        )
    }

    /// A table to draw whose cells are made from the position of a row.
    public init(
        cellsAt cells: @escaping (Int) -> [StyledText],
        columns: [TableColumn],
        rows: Rows,
        sort: Sort? = nil,
        hasHeader: Bool = true,
        isFocused: Bool = true,
        hitPrefix: String? = nil
    ) {
        self.columns = columns
        self.rows = rows
        self.sort = sort
        self.hasHeader = hasHeader
        self.isFocused = isFocused
        self.hitPrefix = hitPrefix
        self.cells = cells
    }

    /// `4 of 20` or `4 of 20, 2 marked`, for the bottom border.
    public func footer(_ selection: ListState<ID>) -> String {
        guard let position = selection.position(in: rows) else { return "" }
        let marks = selection.marked.isEmpty ? "" : ", \(selection.marked.count) marked"
        return "\(position + 1) of \(rows.count)\(marks)"
    }

    /// The rows that fit under the headings.
    public func visibleRows(in rect: Rect) -> Int {
        max(0, rect.height - (showsHeader(in: rect) ? 1 : 0))
    }

    /// Draws headings and rows; below the headings the placeholder, if there are no rows.
    public func draw(
        in rect: Rect,
        selection: ListState<ID>,
        placeholder: StyledText = StyledText(""),
        on canvas: inout Canvas
    ) {
        guard !rect.isEmpty else { return }
        let gutter = min(2, rect.width)
        let places = layout(in: rect.width - gutter)
        let hasHeader = showsHeader(in: rect)
        if hasHeader { drawHeader(places, at: rect.x + gutter, y: rect.y, on: &canvas) }
        let top = rect.y + (hasHeader ? 1 : 0)
        if rows.isEmpty { canvas.write(placeholder, in: rect.row(top - rect.y)) }
        let count = visibleRows(in: rect)
        let first = selection.firstVisible(in: rows, rows: count)
        let selected = selection.position(in: rows)
        for (line, row) in (first..<min(rows.count, first + count)).enumerated() {
            let id = rows[row]
            let area = Rect(x: rect.x, y: top + line, width: rect.width, height: 1)
            let texts = cells(row)
            for place in places where place.column < texts.count {
                let cell = Rect(
                    x: rect.x + gutter + place.x,
                    y: area.y,
                    width: place.width,
                    height: 1
                )
                canvas.write(
                    texts[place.column],
                    in: cell,
                    alignment: columns[place.column].alignment
                )
            }
            let isMarked = selection.marked.contains(id)
            canvas.write(
                row == selected ? canvas.glyphs.pointer : " ",
                x: area.x,
                y: area.y,
                width: area.width,
                style: .accent
            )
            if isMarked {
                canvas.write(
                    canvas.glyphs.running,
                    x: area.x + 1,
                    y: area.y,
                    width: area.width - 1,
                    style: .accent
                )
            }
            if row == selected, isFocused { canvas.cover(area, with: .selection) }
            if let hitPrefix { canvas.hit(area, "\(hitPrefix)\(row)") }
        }
    }

    private func showsHeader(in rect: Rect) -> Bool { hasHeader && rect.height > 1 }

    private func drawHeader(_ places: [Place], at x: Int, y: Int, on canvas: inout Canvas) {
        for place in places {
            let column = columns[place.column]
            var title = StyledText(column.title, Style(.muted, .bold))
            if let sort, sort.column == place.column {
                let mark = sort.isAscending ? canvas.glyphs.ascending : canvas.glyphs.descending
                title = title.truncated(
                    to: max(0, place.width - 1),
                    ellipsis: canvas.glyphs.ellipsis
                )
                title.append(mark, .accent)
            }
            let rect = Rect(x: x + place.x, y: y, width: place.width, height: 1)
            canvas.write(title, in: rect, alignment: column.alignment)
        }
    }

    private struct Place {
        let column: Int
        let x: Int
        let width: Int
    }

    /// Drops columns by priority until the rest fits, then shares out the remaining room.
    private func layout(in width: Int) -> [Place] {
        var shown = Array(columns.indices)
        func needed() -> Int {
            shown.reduce(0) { $0 + columns[$1].width } + max(0, shown.count - 1)
        }
        while shown.count > 1, needed() > width {
            let victim = shown.dropFirst().min {
                (columns[$0].priority, -$0) < (columns[$1].priority, -$1)
            }
            shown.removeAll { $0 == victim }
        }
        guard width > 0, !shown.isEmpty else { return [] }
        let widths = Rect.lengths(
            of: shown.map { .min(columns[$0].width, weight: columns[$0].weight) },
            in: width - (shown.count - 1)
        )
        var x = 0
        return zip(shown, widths).map { column, width in
            defer { x += width + 1 }
            return Place(column: column, x: x, width: width)
        }
    }
}
