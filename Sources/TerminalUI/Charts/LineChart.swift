/// Curves over one axis.
///
/// However many samples there are, each column shows its smallest, largest and last value, so spikes
/// stay; how many samples share a column is written below the chart. NaN and infinities are gaps.
public struct LineChart: Sendable {
    /// A curve with its name.
    public struct Series: Equatable, Sendable {
        /// The name in the legend.
        public let name: String
        /// The curve.
        public let samples: SampleSeries
        /// Its colour.
        public let role: Role

        /// A curve with its name and colour.
        public init(_ name: String, _ samples: SampleSeries, role: Role) {
            self.name = name
            self.samples = samples
            self.role = role
        }
    }

    /// A remarkable position, such as a checkpoint.
    public struct Marker: Hashable, Sendable {
        /// Where it is.
        public let x: Double
        /// What stands beside its flag.
        public let label: String
        /// Whether something was wrong there: a line through the chart, and a row of its own.
        public let isAlarm: Bool

        /// A position with a label.
        public init(x: Double, label: String, isAlarm: Bool = false) {
            self.x = x
            self.label = label
            self.isAlarm = isAlarm
        }
    }

    /// What was left out in drawing.
    public struct Reduction: Hashable, Sendable {
        /// The maximum number of samples of one curve that share a column of cells.
        public let stepsPerColumn: Int
        /// Whether samples had to share the same dots.
        public let isReduced: Bool
        /// Values that could not be drawn: NaN and infinities.
        public let gapCount: Int
    }

    /// The curves; later ones lie over earlier ones.
    public let series: [Series]
    /// Flags on the axis, and alarms above them; where they do not all fit, the first come first.
    public let markers: [Marker]

    /// A chart to draw.
    public init(
        _ series: [Series],
        markers: [Marker] = []
    ) {
        self.series = series
        self.markers = markers
    }

    /// The positions it shows; nil without samples.
    public var domain: ClosedRange<Double>? {
        let starts = series.compactMap(\.samples.xs.first)
        let ends = series.compactMap(\.samples.xs.last)
        guard let low = starts.min(), let high = ends.max() else { return nil }
        return low...high
    }

    /// The values between its lower and upper edge; nil when there is nothing to draw.
    func valueRange(over domain: ClosedRange<Double>) -> ClosedRange<Double>? {
        var span = SampleSeries.Span()
        for series in series {
            let samples = series.samples
            let start = samples.index(atOrAfter: domain.lowerBound)
            let end = samples.index(atOrAfter: domain.upperBound.nextUp)
            span.merge(samples.span(start..<end))
        }
        guard span.isDrawable else { return nil }
        if span.minimum < span.maximum { return span.minimum...span.maximum }
        let margin = max(abs(span.minimum) * 0.05, 0.5)
        return span.minimum - margin...span.maximum + margin
    }
}
