extension SampleSeries {
    /// The samples that share one column of a chart.
    public struct Column: Hashable, Sendable {
        /// The extremes of the values.
        public let span: Span
        /// The first value, finite or not.
        public let first: Double
        /// The last value, finite or not.
        public let last: Double
        /// The number of samples.
        public let count: Int
    }

    /// The samples over a range of positions in a number of equal columns; nil for an empty column.
    ///
    /// Takes O(columns x log(samples)).
    public func columns(_ count: Int, over range: ClosedRange<Double>) -> [Column?] {
        guard count > 0 else { return [] }
        let width = (range.upperBound - range.lowerBound) / Double(count)
        var start = index(atOrAfter: range.lowerBound)
        var formerCount = 0
        return (0..<count).map { column in
            let isLast = column == count - 1
            let border = range.lowerBound + width * Double(column + 1)
            let end =
                isLast
                ? index(atOrAfter: range.upperBound.nextUp)
                : index(atOrAfter: border, from: start, guess: start + formerCount)
            defer {
                formerCount = end - start
                start = end
            }
            guard start < end else { return nil }
            return Column(
                span: span(start..<end),
                first: ys[start],
                last: ys[end - 1],
                count: end - start
            )
        }
    }
}
