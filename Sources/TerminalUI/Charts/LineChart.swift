/// A chart of curves over one axis.
///
/// Each column shows the smallest, largest and last value of its samples, so spikes are always
/// visible; the number of samples per column is written below the chart. NaN and infinities are gaps.
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

    /// A marked position, such as a checkpoint.
    public struct Marker: Hashable, Sendable {
        /// Its position.
        public let x: Double
        /// The text beside its flag.
        public let label: String
        /// Whether it marks a problem: it then has a line through the chart and a row of its own.
        public let isAlarm: Bool

        /// A position with a label.
        public init(x: Double, label: String, isAlarm: Bool = false) {
            self.x = x
            self.label = label
            self.isAlarm = isAlarm
        }
    }

    /// How the samples were reduced for drawing.
    public struct Reduction: Hashable, Sendable {
        /// The maximum number of samples of one curve that share a column of cells.
        public let stepsPerColumn: Int
        /// Whether samples share dots.
        public let isReduced: Bool
        /// The number of values that are NaN or infinite.
        public let gapCount: Int
    }

    /// The curves; later ones are drawn over earlier ones.
    public let series: [Series]
    /// Flags on the axis, and alarms above them; if not all fit, the first ones are drawn.
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

    /// The range of values from its lower to its upper edge; nil if there is nothing to draw.
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
