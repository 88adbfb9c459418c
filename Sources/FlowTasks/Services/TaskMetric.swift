/// A metric that a program printed.
public struct TaskMetric: Sendable, Equatable {
    /// The name.
    public var name: String
    /// The value; it may be NaN or infinite.
    public var value: Double
    /// The step.
    public var step: Int

    /// Creates a metric.
    public init(_ name: String, _ value: Double, step: Int) {
        self.name = name
        self.value = value
        self.step = step
    }
}
