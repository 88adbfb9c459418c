/// A rule about a metric: each time that a run begins to violate it raises one alert.
///
/// A value that is not a number violates every rule.
public struct AlertRule: Sendable, Equatable, Codable {
    /// The metric.
    public var metric: String
    /// Values above this violate it.
    public var above: Double?
    /// Values below this violate it.
    public var below: Double?
    /// The level of its alerts.
    public var level: Alert.Level

    /// Creates a rule.
    public init(
        metric: String,
        above: Double? = nil,
        below: Double? = nil,
        level: Alert.Level = .warning
    ) {
        self.metric = metric
        self.above = above
        self.below = below
        self.level = level
    }

    /// The rule in words, such as `loss above 5`; it identifies the rule.
    public var name: String {
        let limits = [
            above.map { "above \(Self.text($0))" }, below.map { "below \(Self.text($0))" },
        ]
        return "\(metric) " + limits.compactMap { $0 }.joined(separator: " or ")
    }

    /// Whether a value violates it.
    public func isViolated(by value: Double) -> Bool {
        if value.isNaN { return true }
        if let above, value > above { return true }
        if let below, value < below { return true }
        return false
    }

    /// A number without a needless fraction.
    static func text(_ number: Double) -> String {
        Int(exactly: number).map { "\($0)" } ?? "\(number)"
    }
}
