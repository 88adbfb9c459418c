import Glibc

/// The learning rate of every step, as a pure function of the step.
///
/// The curves are those of `transformers.get_scheduler` with a warm-up: during the warm-up the rate
/// increases linearly from 0 at step 0 to the peak.
public struct LearningRateSchedule: Sendable, Codable, Equatable {
    /// The curve after the warm-up.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// Half a cosine from the peak to 0.
        case cosine
        /// Linear from the peak to 0.
        case linear
        /// A power of the linear decrease from the peak to 1e-7.
        case polynomial
        /// Constantly the peak.
        case constant
    }

    /// The curve after the warm-up.
    public let kind: Kind
    /// The largest rate.
    public let peak: Double
    /// The number of steps over which the rate increases.
    public let warmupSteps: Int
    /// The number of steps of the run, including the warm-up.
    public let totalSteps: Int
    /// The power of a polynomial curve.
    public let power: Double
    /// The rate that the curve decreases to, instead of 0 or a polynomial curve's own end.
    public let minimum: Double

    /// The end of a polynomial curve, unless the peak is lower: transformers' `lr_end`.
    private static let polynomialEnd = 1e-7

    /// A schedule over `totalSteps` steps.
    public init(
        kind: Kind,
        peak: Double,
        warmupSteps: Int,
        totalSteps: Int,
        power: Double = 1,
        minimum: Double = 0
    ) {
        precondition(warmupSteps >= 0 && totalSteps >= 0, "a schedule needs counts of at least 0")
        self.kind = kind
        self.peak = peak
        self.warmupSteps = warmupSteps
        self.totalSteps = totalSteps
        self.power = power
        self.minimum = min(minimum, peak)
    }

    /// The rate of the step with this number, counted from 0.
    public func rate(at step: Int) -> Double {
        if step < warmupSteps { return peak * Double(step) / Double(warmupSteps) }
        let progress = Double(step - warmupSteps) / Double(max(1, totalSteps - warmupSteps))
        return switch kind {
        case .constant: peak
        case .linear: falling(to: minimum, by: max(0, 1 - progress))
        case .polynomial: falling(to: polynomialEnd, by: pow(max(0, 1 - progress), power))
        case .cosine: falling(to: minimum, by: max(0, 0.5 * (1 + cos(.pi * progress))))
        }
    }

    private func falling(to end: Double, by factor: Double) -> Double {
        end == 0 ? peak * factor : end + (peak - end) * factor
    }

    private var polynomialEnd: Double { minimum > 0 ? minimum : min(Self.polynomialEnd, peak) }
}
