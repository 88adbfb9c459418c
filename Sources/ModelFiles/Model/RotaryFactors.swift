/// The divisors of a model's rotary frequencies; each list is (rotated/2).
public struct RotaryFactors: Sendable, Equatable {
    /// The divisors; nil for none.
    public let short: [Float]?
    /// Those of sequences beyond the context of pretraining, in a model with LongRoPE; nil if all
    /// are equal.
    public let long: [Float]?

    init(short: [Float]?, long: [Float]? = nil) {
        self.short = short
        self.long = long
    }
}
