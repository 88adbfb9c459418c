/// The rule by which parameters change.
public enum OptimizerKind: String, Sendable, Codable, CaseIterable {
    /// Adam with decoupled decay; eight bytes of state a parameter.
    case adamw
    /// The same with its state in eight bits; two bytes a parameter.
    case adamw8bit = "adamw_8bit"
    /// Gradient descent with momentum 0.9; four bytes a parameter.
    case sgd
    /// The sign of a running mean; four bytes a parameter.
    case lion
}
