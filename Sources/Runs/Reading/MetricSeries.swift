/// The history of one metric: two arrays of equal length, ordered as written.
public struct MetricSeries: Equatable, Sendable, Codable {
    /// The metric's name, such as `loss`.
    public var key: String
    /// The step of each point.
    public var steps: [Int]
    /// The value of each point.
    public var values: [Double]
    /// The row of the newest point; pass it to read only later points.
    public var cursor: Int64

    /// Creates a series.
    public init(key: String, steps: [Int] = [], values: [Double] = [], cursor: Int64 = 0) {
        precondition(steps.count == values.count, "a series has one value a step")
        self.key = key
        self.steps = steps
        self.values = values
        self.cursor = cursor
    }

    /// The number of points.
    public var count: Int { steps.count }

    /// Adds the points read after this series' cursor; points already here are left out.
    public mutating func append(_ later: MetricSeries) {
        precondition(later.key == key, "series of different metrics do not join")
        guard later.cursor > cursor else { return }
        steps += later.steps
        values += later.values
        cursor = later.cursor
    }
}
