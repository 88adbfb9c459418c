/// The points of one range of steps, reduced to what one column of a chart shows.
public struct MetricBucket: Sendable, Equatable {
    /// The steps of its points.
    public var steps: ClosedRange<Int>
    /// The smallest value; nil where all are NaN.
    public var minimum: Double?
    /// The largest value; nil where all are NaN.
    public var maximum: Double?
    /// The value of the last step that is not NaN; nil where all are NaN.
    public var last: Double?
    /// How many points it contains.
    public var count: Int
    /// How many of them are NaN.
    public var nanCount: Int

    /// Reduces points to at most `buckets` ranges of equal width in steps.
    ///
    /// Ranges without points are left out. Points may come in any order of steps; of two for one
    /// step the later one counts as last.
    public static func reduce(_ points: [MetricPoint], into buckets: Int) -> [MetricBucket] {
        precondition(buckets > 0, "a history must be reduced to at least one bucket")
        guard var first = points.first?.step else { return [] }
        var last = first
        for point in points {
            first = min(first, point.step)
            last = max(last, point.step)
        }
        // In Double, since steps come from outside and their difference may overflow.
        let width = max(1, (Double(last) - Double(first) + 1) / Double(buckets))
        var reduced = [MetricBucket?](repeating: nil, count: buckets)
        var lastStep = [Int](repeating: .min, count: buckets)
        for point in points {
            let place = min(Int((Double(point.step) - Double(first)) / width), buckets - 1)
            var bucket = reduced[place] ?? MetricBucket(at: point.step)
            bucket.add(point, lastStep: &lastStep[place])
            reduced[place] = bucket
        }
        return reduced.compactMap(\.self)
    }

    private init(at step: Int) {
        steps = step...step
        count = 0
        nanCount = 0
    }

    private mutating func add(_ point: MetricPoint, lastStep: inout Int) {
        steps = min(steps.lowerBound, point.step)...max(steps.upperBound, point.step)
        count += 1
        guard !point.value.isNaN else {
            nanCount += 1
            return
        }
        minimum = min(minimum ?? point.value, point.value)
        maximum = max(maximum ?? point.value, point.value)
        if point.step >= lastStep {
            last = point.value
            lastStep = point.step
        }
    }
}
