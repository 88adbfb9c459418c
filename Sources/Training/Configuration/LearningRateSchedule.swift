import Glibc

/// The learning rate of every step, as a pure function of the step.
///
/// The curves are those of `transformers.get_scheduler` with a warm-up: during
/// the warm-up the rate climbs in a line from 0 at step 0 to the peak.
public struct LearningRateSchedule: Sendable, Codable, Equatable {
    /// The curve after the warm-up.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// Half a cosine from the peak down to 0.
        case cosine
        /// A line from the peak down to 0.
        case linear
        /// The peak throughout.
        case constant
    }

    /// The curve after the warm-up.
    public let kind: Kind
    /// The largest rate.
    public let peak: Double
    /// How many steps the rate climbs for.
    public let warmupSteps: Int
    /// How many steps the run has, the warm-up included.
    public let totalSteps: Int

    /// A schedule over `totalSteps` steps.
    public init(kind: Kind, peak: Double, warmupSteps: Int, totalSteps: Int) {
        precondition(warmupSteps >= 0 && totalSteps >= 0, "a schedule needs counts of at least 0")
        self.kind = kind
        self.peak = peak
        self.warmupSteps = warmupSteps
        self.totalSteps = totalSteps
    }

    /// The rate that the step with this number, counted from 0, is taken with.
    public func rate(at step: Int) -> Double {
        if step < warmupSteps { return peak * Double(step) / Double(warmupSteps) }
        let progress = Double(step - warmupSteps) / Double(max(1, totalSteps - warmupSteps))
        return switch kind {
        case .constant: peak
        case .linear: peak * max(0, 1 - progress)
        case .cosine: peak * max(0, 0.5 * (1 + cos(.pi * progress)))
        }
    }
}
