/// Draws when things began and ended: a row each, with a bar over a common axis of time.
///
/// Bars are made for visible rows only, so the cost does not depend on the number of rows.
public struct Timeline {
    /// A row.
    public struct Bar {
        /// The text before the bar.
        public let label: StyledText
        /// The start in seconds on the axis; nil before it.
        public let start: Double?
        /// The end in seconds, or the present.
        public let end: Double?
        /// The bar's style.
        public let style: Style
        /// The text beside the bar, such as a duration.
        public let note: String
        /// When it waited, in seconds: before the start, or in between.
        ///
        /// Drawn as a low line.
        public let waits: [ClosedRange<Double>]

        /// A row from its parts.
        public init(
            label: StyledText,
            start: Double?,
            end: Double?,
            style: Style,
            note: String = "",
            waits: [ClosedRange<Double>] = []
        ) {
            self.label = label
            self.start = start
            self.end = end
            self.style = style
            self.note = note
            self.waits = waits
        }
    }

    private let count: Int
    private let duration: Double
    private let hitPrefix: String
    private let unit: (Double) -> String
    private let bar: (Int) -> Bar

    /// A timeline to draw.
    ///
    /// - Parameters:
    ///   - count: The number of rows.
    ///   - duration: The length of the axis in seconds.
    ///   - hitPrefix: The prefix of the click targets of rows; the row's position follows.
    ///   - unit: A time on the axis as text.
    ///   - bar: The row at a position.
    public init(
        count: Int,
        duration: Double,
        hitPrefix: String,
        unit: @escaping (Double) -> String,
        bar: @escaping (Int) -> Bar
    ) {
        self.count = count
        self.duration = duration.isFinite ? max(duration, 1e-3) : 1e-3
        self.hitPrefix = hitPrefix
        self.unit = unit
        self.bar = bar
    }

    /// The rows that fit above the axis.
    public static func visibleRows(in rect: Rect) -> Int { max(1, rect.height - 1) }

    /// Draws the visible rows and the axis.
    public func draw(in rect: Rect, selection: ListState<Int>, on canvas: inout Canvas) {
        guard !rect.isEmpty else { return }
        let parts = rect.rows([.ratio(1), .fixed(rect.height > 1 ? 1 : 0)])
        let labelWidth = min(30, rect.width * 2 / 5)
        let columns: [Length] = [.fixed(labelWidth), .fixed(1), .ratio(1)]
        let plot = parts[0].columns(columns)[2]
        let first = selection.firstVisible(in: 0..<count, rows: parts[0].height)
        for (line, row) in (first..<min(count, first + parts[0].height)).enumerated() {
            let area = parts[0].row(line)
            let bar = bar(row)
            let isSelected = row == selection.selected
            canvas.write(
                StyledText(isSelected ? canvas.glyphs.pointer + " " : "  ", .accent) + bar.label,
                in: area.columns(columns)[0]
            )
            draw(bar, in: plot.row(line), on: &canvas)
            if isSelected { canvas.cover(area, with: .selection) }
            canvas.hit(area, "\(hitPrefix)\(row)")
        }
        drawAxis(in: parts[1].columns(columns)[2], on: &canvas)
    }

    private func draw(_ bar: Bar, in line: Rect, on canvas: inout Canvas) {
        guard line.width > 0 else { return }
        guard let start = bar.start else {
            for wait in bar.waits {
                let columns =
                    column(wait.lowerBound, line.width)..<column(wait.upperBound, line.width) + 1
                fill(columns, isLow: true, .muted, in: line, on: &canvas)
            }
            return
        }
        let from = column(start, line.width)
        let to = max(from, column(bar.end ?? duration, line.width))
        fill(from..<to + 1, isLow: false, bar.style, in: line, on: &canvas)
        for wait in bar.waits {
            let first = column(wait.lowerBound, line.width)
            let last = column(wait.upperBound, line.width)
            // A column with work in it shows the work.
            let columns =
                wait.upperBound <= start
                ? first..<max(first, min(last + 1, from)) : first + 1..<max(first + 1, last)
            fill(columns, isLow: true, .muted, in: line, on: &canvas)
        }
        let note = StyledText(bar.note, .muted)
        if to + 2 + note.width <= line.width {
            canvas.write(note, x: line.x + to + 2, y: line.y)
        } else if from >= note.width + 1 {
            canvas.write(note, x: line.x + from - note.width - 1, y: line.y)
        }
    }

    /// Fills columns of a line with a full or a low block.
    private func fill(
        _ columns: Range<Int>,
        isLow: Bool,
        _ style: Style,
        in line: Rect,
        on canvas: inout Canvas
    ) {
        let levels = canvas.glyphs.levels
        let block = (isLow ? levels.first : levels.last) ?? "#"
        canvas.write(
            String(repeating: block, count: columns.count),
            x: line.x + columns.lowerBound,
            y: line.y,
            width: line.width - columns.lowerBound,
            style: style
        )
    }

    private func column(_ seconds: Double, _ width: Int) -> Int {
        let share = seconds.isFinite ? min(max(0, seconds / duration), 1) : 0
        return min(Int(share * Double(width)), width - 1)
    }

    /// Times below the plot, as many as fit.
    private func drawAxis(in rect: Rect, on canvas: inout Canvas) {
        guard !rect.isEmpty else { return }
        let end = StyledText(unit(duration), .muted)
        canvas.write(end, in: rect, alignment: .right)
        var next = rect.x
        for tick in 0..<4 {
            let seconds = duration * Double(tick) / 4
            let text = StyledText(unit(seconds), .muted)
            let x = rect.x + column(seconds, rect.width)
            guard x >= next, x + text.width + 2 <= rect.maxX - end.width else { continue }
            canvas.write(text, x: x, y: rect.y)
            next = x + text.width + 2
        }
    }
}
