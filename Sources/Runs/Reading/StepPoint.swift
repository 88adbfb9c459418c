/// The measurements of a step.
public struct StepPoint: Equatable, Sendable, Codable {
    /// The step, counted from 0.
    public var step: Int
    /// Steps the run will have done in the end, where known.
    public var totalSteps: Int?
    /// Metric values by name; see ``MetricName``.
    public var metrics: [String: Double]
    /// The entry of the change feed that the point was committed with; nil for a step that was stored
    /// before and is computed again.
    public var change: Int?

    private enum CodingKeys: CodingKey {
        case step, totalSteps, metrics
    }

    /// Creates a point.
    public init(step: Int, totalSteps: Int?, metrics: [String: Double]) {
        self.step = step
        self.totalSteps = totalSteps
        self.metrics = metrics
    }

    /// Mean loss over the step's target tokens.
    public var loss: Double? { metrics[MetricName.loss] }
    /// Gradient norm before clipping.
    public var gradientNorm: Double? { metrics[MetricName.gradientNorm] }
    /// Learning rate used in the step.
    public var learningRate: Double? { metrics[MetricName.learningRate] }
    /// Tokens a second.
    public var tokensPerSecond: Double? { metrics[MetricName.tokensPerSecond] }
    /// Tokens that the loss counts.
    public var targetTokens: Int? { metrics[MetricName.targetTokens].map { Int($0) } }
}
