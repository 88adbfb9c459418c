/// The names under which a run's measurements are stored.
public enum MetricName {
    /// Mean loss over the step's target tokens, in nats.
    public static let loss = "loss"
    /// Gradient norm before clipping.
    public static let gradientNorm = "grad_norm"
    /// Learning rate used in the step.
    public static let learningRate = "learning_rate"
    /// Real tokens a second, the optimizer included.
    public static let tokensPerSecond = "tokens_per_second"
    /// Tokens of the step that the loss counts.
    public static let targetTokens = "target_tokens"
    /// Completed passes over the data.
    public static let epoch = "epoch"
    /// Mean loss over the held-out examples.
    public static let evaluationLoss = "eval_loss"
    /// The lowest ``evaluationLoss`` so far, at the step where it was measured.
    public static let bestEvaluationLoss = "best_eval_loss"
    /// The held-out loss of an earlier phase, or of this one, after the run; phases count from 1.
    public static func evaluationLoss(ofPhase phase: Int) -> String { "eval_loss/stage-\(phase)" }
    /// The recent average duration of a step, in seconds.
    public static let secondsPerStep = "seconds_per_step"
    /// Resident memory of the process in bytes.
    public static let residentBytes = "system/resident_bytes"

    /// Whether this program measures the metric of every run that it trains.
    package static func isMeasured(_ name: String) -> Bool {
        measured.contains(name) || name.hasPrefix("\(evaluationLoss)/stage-")
            || name.hasPrefix("system/")
    }

    private static let measured: Set<String> = [
        loss, gradientNorm, learningRate, tokensPerSecond, targetTokens, epoch, evaluationLoss,
        bestEvaluationLoss, secondsPerStep,
    ]
}
