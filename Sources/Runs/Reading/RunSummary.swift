public import FoundationEssentials

/// A run as a row of a list: its stored values, and who executes it.
public struct RunSummary: Equatable, Sendable, Codable, Identifiable {
    /// A value together with the step it was measured at.
    public struct Measurement: Equatable, Sendable, Codable {
        /// The measured value.
        public var value: Double
        /// The step, counted from 0.
        public var step: Int

        /// Creates a measurement.
        public init(value: Double, step: Int) {
            self.value = value
            self.step = step
        }
    }

    /// 32 hexadecimal digits.
    public var id: String
    /// The name given by the user, or made from dataset and method.
    public var name: String
    /// The experiment's name.
    public var experiment: String
    /// The experiment's number in the store.
    public var experimentID: String
    /// The state of the run.
    public var status: RunCondition
    /// When the run was created.
    public var startedAt: Date?
    /// When the run ended.
    public var endedAt: Date?
    /// When the last metric was written.
    public var lastActivityAt: Date?
    /// Completed steps.
    public var stepsDone: Int
    /// Steps of the whole run, if known.
    public var totalSteps: Int?
    /// The loss of the last step: nats a target token.
    public var loss: Double?
    /// The last held-out loss; a run is judged by ``heldOutLoss``.
    public var evaluationLoss: Double?
    /// The lowest held-out loss so far, and the number of steps before it; nil for a run of another
    /// program, which may not log it.
    public var bestEvaluation: Measurement?
    /// The learning rate of the last step.
    public var learningRate: Double?
    /// The gradient norm of the last step, before clipping.
    public var gradientNorm: Double?
    /// Tokens trained on a second in the last step.
    public var tokensPerSecond: Double?
    /// Measured seconds a step times steps left; nil unless running.
    public var secondsRemaining: Double?
    /// The base model's name.
    public var model: String?
    /// The base model's file, of a run that this program started.
    public var modelPath: String?
    /// `lora`, `qlora` or `full`.
    public var method: String?
    /// `name@digest` of the training data.
    public var dataset: String?
    /// All logged parameters.
    public var parameters: [String: String]
    /// The last value of each metric.
    public var metrics: [String: Double]
    /// All tags.
    public var tags: [String: String]
    /// The step a resumed run would begin with; nil without a checkpoint.
    public var resumableStep: Int?
    /// The result of the finished run: an adapter's folder, or a model's file.
    public var resultPath: String?
    /// The alerts of the monitors, oldest first.
    public var alerts: [RunAlert] = []
    /// The samples of the last evaluation.
    public var samples: RunSamples?
    /// The forecast and measured cost; nil before the end.
    public var cost: RunCost?
    /// The data of the phases after this run, in their order.
    public var laterPhases: [String] = []
    /// The run of the phase before this one, if there is one.
    public var previousPhase: String?
    /// What a person should know about the end of a finished run.
    public var conclusion: String?
    /// The run whose result a person started this one from.
    public var origin: String?
    /// Why the run failed or waits, in words.
    public var failure: String?
    /// The last losses, oldest first, for a sparkline.
    public var lossTail: [Double]
    /// Whether this process executes the run.
    public var isMine: Bool
    /// The process that executes the run now.
    public var ownerProcess: Int32?
    /// Whether the run is in the trash.
    public var isDeleted: Bool

    /// The keys of `--json`.
    private enum CodingKeys: String, CodingKey {
        case id, name, experiment, experimentID, status, startedAt, endedAt, lastActivityAt,
            stepsDone, totalSteps, loss, evaluationLoss, bestEvaluation, learningRate,
            gradientNorm, tokensPerSecond, secondsRemaining, model, modelPath, method, dataset,
            parameters, metrics, tags, resumableStep, resultPath, cost, conclusion,
            origin, failure, lossTail, isMine, ownerProcess, isDeleted
        case alerts = "calls"
        case samples = "answers"
        case laterPhases = "laterStages"
        case previousPhase = "previousStage"
    }

    /// Creates a summary; everything but the identity may be set later.
    public init(
        id: String,
        name: String,
        experiment: String,
        experimentID: String,
        status: RunCondition
    ) {
        self.id = id
        self.name = name
        self.experiment = experiment
        self.experimentID = experimentID
        self.status = status
        stepsDone = 0
        parameters = [:]
        metrics = [:]
        tags = [:]
        lossTail = []
        isMine = false
        isDeleted = false
    }

    /// The held-out loss that lists, comparisons and versions show: the lowest, or the last where
    /// another program logged the run and keeps no lowest.
    public var heldOutLoss: Double? {
        BestEvaluation.loss(lowest: bestEvaluation?.value, last: evaluationLoss)
    }

    /// Whether the run is one of several phases.
    public var isPhase: Bool { !laterPhases.isEmpty || previousPhase != nil }

    /// Done steps as a share of all, 0 to 1.
    public var progress: Double? {
        guard let totalSteps, totalSteps > 0 else { return nil }
        return min(1, Double(stepsDone) / Double(totalSteps))
    }
}
