/// The update rule of the parameters.
public enum OptimizerKind: String, Sendable, Codable, CaseIterable {
    /// Adam with decoupled decay; eight bytes of state per parameter.
    case adamw
    /// The same with its state in eight bits; two bytes per parameter.
    case adamw8bit = "adamw_8bit"
    /// Gradient descent with momentum 0.9; four bytes per parameter.
    case sgd
    /// The sign of a running mean; four bytes per parameter.
    case lion
}
