/// A curve in one line of text.
public struct Sparkline: Sendable {
    /// The curve.
    public let samples: SampleSeries
    /// How it looks.
    public let style: Style

    /// A curve to draw.
    public init(_ samples: SampleSeries, style: Style = Style(.series1)) {
        self.samples = samples
        self.style = style
    }

    /// The curve in a number of columns: the mean of each column's extremes, or `!` if no value is
    /// finite.
    public func text(width: Int, glyphs: GlyphSet) -> StyledText {
        guard width > 0, let first = samples.xs.first, let last = samples.xs.last else {
            return StyledText()
        }
        let columns = samples.columns(min(width, samples.count), over: first...max(first, last))
        let all = samples.span(0..<samples.count)
        let range = all.maximum - all.minimum
        let levels = glyphs.levels
        var text = StyledText()
        for column in columns {
            guard let column else {
                text.append(" ", style)
                continue
            }
            guard column.span.isDrawable else {
                text.append("!", .error)
                continue
            }
            let middle = (column.span.minimum / 2 + column.span.maximum / 2) - all.minimum
            let share = range > 0 && range.isFinite ? middle / range : 0.5
            let level = Int((share * Double(levels.count - 1)).rounded())
            text.append(levels[min(max(0, level), levels.count - 1)], style)
        }
        return text
    }
}
