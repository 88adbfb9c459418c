import Platform

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension LineChart {
    /// Draws the chart and returns how samples were reduced; nil if there was nothing to draw.
    @discardableResult
    public func draw(in rect: Rect, on canvas: inout Canvas) -> Reduction? {
        guard !rect.isEmpty else { return nil }
        guard let domain, let range = valueRange(over: domain) else {
            canvas.write(StyledText("no finite values yet", .muted), in: rect)
            return nil
        }
        let hasAxes = rect.width >= 16 && rect.height >= 4
        let labels = axisLabels(range, rows: rect.height - 1)
        let margin = hasAxes ? (labels.map { $0.text.count }.max() ?? 0) + 1 : 0
        let plot = Rect(
            x: rect.x + margin,
            y: rect.y,
            width: rect.width - margin,
            height: rect.height - (hasAxes ? 1 : 0)
        )
        let reduction = drawCurves(in: plot, domain: domain, range: range, on: &canvas)
        if hasAxes {
            drawAxes(around: plot, in: rect, labels: labels, on: &canvas)
            drawPositions(
                below: plot,
                domain: domain,
                reduction: reduction,
                on: &canvas
            )
        }
        drawMarkers(in: plot, domain: domain, on: &canvas)
        if rect.height >= 3 { drawLegend(in: plot, on: &canvas) }
        return reduction
    }

    private func drawCurves(
        in plot: Rect,
        domain: ClosedRange<Double>,
        range: ClosedRange<Double>,
        on canvas: inout Canvas
    ) -> Reduction {
        var grid = DotGrid(size: plot.size, glyphs: canvas.glyphs)
        let scale = ValueScale(range: range, dots: grid.height)
        let hasPatterns = canvas.capabilities.colors == .mono
        var densest = 0
        var stepsPerColumn = 0
        var gaps = 0
        for (index, series) in series.enumerated() {
            let columns = series.samples.columns(grid.width, over: domain)
            for cell in 0..<plot.width {
                let first = cell * grid.dotsAcross
                let counts = columns[first..<first + grid.dotsAcross].map { $0?.count ?? 0 }
                densest = max(densest, counts.max() ?? 0)
                stepsPerColumn = max(stepsPerColumn, counts.reduce(0, +))
            }
            gaps += columns.reduce(0) { $0 + ($1?.span.nonFiniteCount ?? 0) }
            let pattern = hasPatterns ? LinePattern(series: index) : .solid
            Self.trace(columns, scale: scale, series: index, pattern: pattern, on: &grid)
        }
        grid.draw(in: plot, on: &canvas) { Style(series[$0].role) }
        // Repeated steps share a position.
        let positions = Int(
            ((domain.upperBound - domain.lowerBound) / Double(max(1, plot.width))).rounded(.up)
        )
        return Reduction(
            stepsPerColumn: min(stepsPerColumn, max(1, positions)),
            isReduced: densest > 1,
            gapCount: gaps
        )
    }

    /// Draws each column's span and joins it to the one before, unless there is a gap between.
    private static func trace(
        _ columns: [SampleSeries.Column?],
        scale: ValueScale,
        series: Int,
        pattern: LinePattern,
        on grid: inout DotGrid
    ) {
        func fill(_ x: Int, _ start: Int, _ end: Int, on grid: inout DotGrid) {
            guard pattern.isOn(x) else { return }
            grid.fill(x: x, from: min(start, end), through: max(start, end), series: series)
        }
        var previous: (x: Int, y: Int)?
        for (x, column) in columns.enumerated() {
            guard let column else { continue }
            if let (low, high) = scale.dots(of: column.span) { fill(x, high, low, on: &grid) }
            if let previous, let y = scale.dot(column.first) {
                let run = x - previous.x
                var last = previous.y
                for step in 1...run {
                    let share = Double((y - previous.y) * step) / Double(run)
                    let next = previous.y + Int(share.rounded())
                    // Both columns share the rise, so that neither looks like a spike.
                    let middle = (last + next) / 2
                    fill(previous.x + step - 1, last, middle, on: &grid)
                    fill(
                        previous.x + step,
                        middle + (next - middle).signum(),
                        next,
                        on: &grid
                    )
                    last = next
                }
            }
            previous = scale.dot(column.last).map { (x, $0) }
        }
    }

    private func axisLabels(
        _ range: ClosedRange<Double>,
        rows: Int
    ) -> [(row: Int, text: String)] {
        guard rows >= 3 else { return [] }
        let count = rows >= 9 ? 5 : rows >= 5 ? 3 : 2
        let places = (0..<count).map { ($0 * (rows - 1) + (count - 1) / 2) / (count - 1) }
        let scale = ValueScale(range: range, dots: rows)
        return places.map { ($0, DisplayNumber.text(scale.value(atDot: $0), significantDigits: 3)) }
    }

    private func drawAxes(
        around plot: Rect,
        in rect: Rect,
        labels: [(row: Int, text: String)],
        on canvas: inout Canvas
    ) {
        let isASCII = canvas.glyphs == .ascii
        let x = plot.x - 1
        for row in 0..<plot.height {
            canvas.write(isASCII ? "|" : "│", x: x, y: plot.y + row, style: Style(.border))
        }
        for label in labels {
            let place = Rect(x: rect.x, y: plot.y + label.row, width: x - rect.x, height: 1)
            canvas.write(StyledText(label.text, .muted), in: place, alignment: .right)
            canvas.write(isASCII ? "+" : "┤", x: x, y: place.y, style: Style(.border))
        }
        canvas.write(isASCII ? "+" : "└", x: x, y: plot.maxY, style: Style(.border))
        canvas.fill(
            Rect(x: plot.x, y: plot.maxY, width: plot.width, height: 1),
            with: isASCII ? "-" : "─",
            style: Style(.border)
        )
    }

    private func drawPositions(
        below plot: Rect,
        domain: ClosedRange<Double>,
        reduction: Reduction,
        on canvas: inout Canvas
    ) {
        let position = DisplayNumber.text(domain.upperBound, significantDigits: 6)
        var text = " step \(Self.plain(position))"
        if reduction.isReduced {
            let note = " \(canvas.glyphs.dot) 1 col = \(reduction.stepsPerColumn) steps"
            if DisplayWidth.of(text + note) < plot.width - 4 { text += note }
        }
        let line = Rect(x: plot.x, y: plot.maxY, width: plot.width, height: 1)
        canvas.write(StyledText(text, .muted), in: line, alignment: .right)
        let start = DisplayNumber.text(domain.lowerBound, significantDigits: 6)
        if start != position, DisplayWidth.of(text + start) + 4 < plot.width {
            canvas.write(StyledText(Self.plain(start) + " ", .muted), in: line)
        }
    }

    /// Whole positions without a decimal point: `20`, not `20.0000`.
    private static func plain(_ number: String) -> String {
        guard number.contains("."), !number.contains("e") else { return number }
        var number = number
        while number.last == "0" { number.removeLast() }
        if number.last == "." { number.removeLast() }
        return number
    }

    private func column(of x: Double, in plot: Rect, domain: ClosedRange<Double>) -> Int? {
        guard domain.contains(x) else { return nil }
        let length = domain.upperBound - domain.lowerBound
        let share = length > 0 ? (x - domain.lowerBound) / length : 0
        return plot.x + min(plot.width - 1, Int(share * Double(plot.width)))
    }

    private func drawMarkers(
        in plot: Rect,
        domain: ClosedRange<Double>,
        on canvas: inout Canvas
    ) {
        guard plot.height >= 3 else { return }
        let alarms = markers.filter(\.isAlarm)
        for x in alarms.compactMap({ column(of: $0.x, in: plot, domain: domain) }) {
            drawLine(at: x, in: plot, .warning, on: &canvas)
        }
        let row = plot.maxY - 1
        draw(markers.filter { !$0.isAlarm }, row: row, .accent, in: plot, domain, on: &canvas)
        draw(alarms, row: row - 1, .warning, in: plot, domain, on: &canvas)
    }

    private func draw(
        _ markers: [Marker],
        row y: Int,
        _ style: Style,
        in plot: Rect,
        _ domain: ClosedRange<Double>,
        on canvas: inout Canvas
    ) {
        var taken: Set<Int> = []
        for marker in markers {
            guard let x = column(of: marker.x, in: plot, domain: domain),
                let place = place(of: marker, at: x, taken, in: plot, canvas.glyphs)
            else { continue }
            let width = canvas.write(place.text, x: place.x, y: y, style: style)
            // A blank between it and the next.
            taken.formUnion(place.x - 1...place.x + width)
        }
    }

    /// The position and text of a marker: the label after the flag, or before it, or only the flag if
    /// there is no room, because a truncated number would be another number.
    private func place(
        of marker: Marker,
        at x: Int,
        _ taken: Set<Int>,
        in plot: Rect,
        _ glyphs: GlyphSet
    ) -> (x: Int, text: String)? {
        let flag = marker.isAlarm ? "!" : glyphs.flag
        let flagWidth = DisplayWidth.of(flag)
        let width = flagWidth + DisplayWidth.of(marker.label)
        func isFree(_ start: Int, _ width: Int) -> Bool {
            start >= plot.x && start + width <= plot.maxX
                && taken.isDisjoint(with: start..<start + width)
        }
        if isFree(x, width) { return (x, flag + marker.label) }
        let before = x + flagWidth - width
        if isFree(before, width) { return (before, marker.label + flag) }
        return isFree(x, flagWidth) ? (x, flag) : nil
    }

    /// Draws a line from top to bottom on empty cells.
    private func drawLine(at x: Int, in plot: Rect, _ style: Style, on canvas: inout Canvas) {
        for y in plot.y..<plot.maxY where canvas.cells[checked: x, y]?.text == " " {
            canvas.write(canvas.glyphs == .ascii ? ":" : "┊", x: x, y: y, style: style)
        }
    }

    private func drawLegend(in plot: Rect, on canvas: inout Canvas) {
        var text = StyledText()
        for (index, series) in series.enumerated() {
            if !text.isEmpty { text.append("  ") }
            text.append(series.name + " ", .muted)
            text.append(legendMark(index, canvas.capabilities), Style(series.role))
        }
        let width = min(text.width, plot.width)
        let place = Rect(x: plot.maxX - width, y: plot.y, width: width, height: 1)
        canvas.write(text, in: place)
    }

    private func legendMark(_ index: Int, _ capabilities: Capabilities) -> String {
        if capabilities.glyphs == .ascii { return ["**", "++", "oo", "xx", "##", "@@"][index % 6] }
        guard capabilities.colors == .mono else { return "━━" }
        return ["━━", "╍╍", "┄┄", "┅┅", "╌╌", "┈┈"][index % 6]
    }
}

/// A pattern of dots that distinguishes curves without colours.
private struct LinePattern {
    let on: Int
    let period: Int

    static let solid = LinePattern(on: 1, period: 1)

    private init(on: Int, period: Int) {
        self.on = on
        self.period = period
    }

    init(series: Int) {
        let patterns = [(1, 1), (4, 6), (1, 3), (6, 8), (2, 5), (1, 5)]
        (on, period) = patterns[series % patterns.count]
    }

    func isOn(_ x: Int) -> Bool { x % period < on }
}

/// Values to dots, counted from the top.
private struct ValueScale {
    let dots: Int
    private let low: Double
    private let high: Double

    init(range: ClosedRange<Double>, dots: Int) {
        self.dots = dots
        low = range.lowerBound
        high = range.upperBound
    }

    func dot(_ value: Double) -> Int? {
        guard value.isFinite else { return nil }
        let share = (value - low) / (high - low)
        guard share.isFinite else { return nil }
        let place = Double(dots - 1) * (1 - min(1, max(0, share)))
        return Int(place.rounded())
    }

    /// Lower and upper dot; the lower one has the larger number.
    func dots(of span: SampleSeries.Span) -> (low: Int, high: Int)? {
        guard span.isDrawable, let high = dot(span.maximum) else { return nil }
        return (dot(span.minimum) ?? high, high)
    }

    func value(atDot dot: Int) -> Double {
        let share = 1 - Double(dot) / Double(max(1, dots - 1))
        return low + (high - low) * share
    }
}

extension CellBuffer {
    fileprivate subscript(checked x: Int, y: Int) -> Cell? { contains(x, y) ? self[x, y] : nil }
}
