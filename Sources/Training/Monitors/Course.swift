/// The monitors' record of a run's steps.
///
/// It is part of every checkpoint, so that a resumed run alerts as an uninterrupted one does;
/// speeds are not, since they change no number.
struct Course: Codable, Equatable {
    /// The recent losses without spikes, newest last.
    private(set) var losses: [Double] = []
    /// The recent gradient norms without spikes.
    private(set) var norms: [Double] = []
    /// The mean losses of the intervals that are compared for plateaus.
    private(set) var stretches: [Double] = []
    private var stretch: [Double] = []
    private var isOnPlateau = false
    /// The mean training losses at the evaluations, and the evaluations' own.
    private var evaluations: [[Double]] = []
    /// Consecutive losses far above the median, up to now; nil before the first.
    private var highLosses: [Double]?
    /// The same for gradient norms.
    private var highNorms: [Double]?
    private var speeds: [Double] = []
    private var isSlow = false

    private enum CodingKeys: String, CodingKey {
        case losses, norms, stretches, stretch, isOnPlateau, evaluations, highLosses, highNorms
    }

    /// Steps that a step is compared with.
    static let window = 50
    /// The number of steps before spikes are detected.
    static let minSteps = 16
    /// The minimum rise of a loss in a spike, in nats: near 0 a negligible rise is a large factor.
    static let minRise = 0.2
    /// The minimum gradient norm in a spike.
    static let minNorm = 1.0
    /// The number of steps whose mean losses are compared for a plateau.
    static let plateauStretch = 100

    /// A value that no run writes, in words.
    var flaw: String? {
        let isShort =
            losses.count <= Self.window && norms.count <= Self.window && stretches.count <= 2
            && stretch.count < Self.plateauStretch
            && [highLosses, highNorms].allSatisfy { $0?.count ?? 0 < Self.minSteps }
        guard isShort else { return "more losses than are remembered" }
        guard evaluations.allSatisfy({ $0.count == 2 }) else {
            return "evaluations that are no pairs"
        }
        let numbers = [losses, norms, stretches, stretch, highLosses ?? [], highNorms ?? []]
        let areFinite = (numbers + evaluations).joined().allSatisfy(\.isFinite)
        return areFinite ? nil : "losses that are not numbers"
    }

    /// Adds a step, and returns the monitors that alert.
    mutating func add(_ report: StepReport) -> [(Monitor, String)] {
        var alerts: [(Monitor, String)] = []
        let typicalLoss = Self.spike(report.loss, beside: &losses, after: &highLosses) { typical in
            max(typical.spikeLimit, typical.median + Self.minRise)
        }
        if let typical = typicalLoss {
            alerts.append(
                (
                    .lossSpike,
                    "The loss \(Self.text(report.loss)) is far above the usual \(Self.text(typical))."
                )
            )
        }
        let typicalNorm = Self.spike(report.gradientNorm, beside: &norms, after: &highNorms) {
            typical in
            max(typical.spikeLimit, 10 * typical.median, Self.minNorm)
        }
        if let typical = typicalNorm {
            alerts.append(
                (
                    .gradientSpike,
                    "The gradient's norm \(Self.text(report.gradientNorm)) is far above the usual "
                        + "\(Self.text(typical))."
                )
            )
        }
        if let message = plateau(report.loss) { alerts.append((.plateau, message)) }
        if let message = slowdown(report.tokensPerSecond) { alerts.append((.slowdown, message)) }
        return alerts
    }

    /// Adds an evaluation, and returns the alert if the two losses diverge.
    mutating func add(_ report: EvaluationReport) -> String? {
        guard !losses.isEmpty else { return nil }
        let latest = losses.suffix(20)
        let training = latest.reduce(0, +) / Double(latest.count)
        let best = evaluations.min { $0[1] < $1[1] }
        evaluations.append([training, report.loss])
        guard let best, report.loss > 1.05 * best[1], training < best[0] else { return nil }
        return
            "The held-out loss \(Self.text(report.loss)) is above its best, \(Self.text(best[1])), while the "
            + "training loss fell to \(Self.text(training))."
    }

    /// Adds a value; returns the median if this is the first of those far above it.
    ///
    /// Values that stay high alert once, and after ``minSteps`` of them they are normal.
    private static func spike(
        _ value: Double,
        beside values: inout [Double],
        after high: inout [Double]?,
        limit: (Typical) -> Double
    ) -> Double? {
        guard let typical = typical(values), value > limit(typical) else {
            keep(value, in: &values)
            high = nil
            return nil
        }
        let before = high ?? []
        high = before + [value]
        if before.count + 1 >= minSteps {
            values = before + [value]
            high = nil
        }
        return before.isEmpty ? typical.median : nil
    }

    private mutating func plateau(_ loss: Double) -> String? {
        stretch.append(loss)
        guard stretch.count == Self.plateauStretch else { return nil }
        let mean = stretch.reduce(0, +) / Double(stretch.count)
        stretch = []
        defer {
            stretches.append(mean)
            stretches = stretches.suffix(2)
        }
        guard let before = stretches.min(), mean > 0.998 * before else {
            isOnPlateau = false
            return nil
        }
        guard !isOnPlateau else { return nil }
        isOnPlateau = true
        return
            "The loss has not fallen for \(Self.plateauStretch) steps: "
            + "\(Self.text(mean)) after \(Self.text(before))."
    }

    private mutating func slowdown(_ speed: Double) -> String? {
        guard speed > 0 else { return nil }
        Self.keep(speed, in: &speeds)
        guard let typical = Self.typical(speeds), speeds.count >= 2 * Self.minSteps else {
            return nil
        }
        let latest = Self.median(Array(speeds.suffix(5)))
        guard latest < typical.median / 2 else {
            isSlow = false
            return nil
        }
        guard !isSlow else { return nil }
        isSlow = true
        return "\(Int(latest)) tokens a second, after \(Int(typical.median))."
    }

    private struct Typical {
        let median: Double
        /// The threshold of a spike: six deviations, estimated by the median's, plus a tenth.
        let spikeLimit: Double
    }

    private static func typical(_ values: [Double]) -> Typical? {
        guard values.count >= minSteps else { return nil }
        let middle = median(values)
        let spread = 1.4826 * median(values.map { abs($0 - middle) })
        return Typical(median: middle, spikeLimit: max(middle + 6 * spread, 1.1 * middle))
    }

    private static func keep(_ value: Double, in values: inout [Double]) {
        values.append(value)
        if values.count > window { values.removeFirst() }
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2)
            ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }

    /// The value with three decimals.
    private static func text(_ value: Double) -> String {
        "\((value * 1000).rounded() / 1000)"
    }
}
