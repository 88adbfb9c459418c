/// How a pass computes.
public enum Precision: String, Sendable, Codable, CaseIterable {
    /// Weights as they are quantized, activations in 8 bits or bfloat16, sums
    /// in float32; keys and values in float16.
    case fast
    /// Everything in float32.
    case exact
}
