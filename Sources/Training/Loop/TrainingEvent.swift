public import Datasets

/// An event of a run, in order of occurrence.
public enum TrainingEvent: Sendable, Equatable {
    /// The run is about to take its first step.
    case started(StartReport)
    /// A step was taken.
    case step(StepReport)
    /// The held-out data was evaluated.
    case evaluated(EvaluationReport)
    /// The model answered prompts, after `step` steps.
    case answered(step: Int, [EvaluationSample])
    /// A monitor alerts.
    case alerted(MonitorAlert)
    /// The run returned to a checkpoint; its next step is `toStep`, and these rows are left out.
    case wentBack(toStep: Int, leftOut: [RecordSource])
    /// A checkpoint of the first `completedSteps` steps was written to `folder`.
    case checkpointed(completedSteps: Int, folder: String)
    /// The run took all its steps and its result was written.
    case finished(FinishReport)
}

/// The facts of a run at its start.
public struct StartReport: Sendable, Equatable {
    /// The steps of the whole run.
    public let totalSteps: Int
    /// The number of the next step; above 0 in a resumed run.
    public let firstStep: Int
    /// Examples trained on.
    public let trainingExamples: Int
    /// Examples held out.
    public let evaluationExamples: Int
    /// Parameters that are trained.
    public let parameterCount: Int
    /// Why the results may differ in the last bits from an uninterrupted run.
    public let warnings: [String]
}

/// One optimizer step.
public struct StepReport: Sendable, Equatable {
    /// The step's number, counted from 0.
    public let step: Int
    /// The steps of the whole run.
    public let totalSteps: Int
    /// The mean of -log p over the step's targets.
    public let loss: Double
    /// The norm of the gradient before clipping.
    public let gradientNorm: Double
    /// The learning rate of the step.
    public let learningRate: Double
    /// Tokens in the step.
    public let tokens: Int
    /// Tokens that contribute to the loss.
    public let targetTokens: Int
    /// The duration of the step.
    public let seconds: Double
    /// The recent mean duration of a step, for the ETA.
    public let secondsPerStep: Double
    /// The number of completed epochs.
    public let epoch: Double
    /// Seconds of work since the first step, over all processes.
    public let elapsedSeconds: Double

    /// Tokens of this step by its seconds.
    public var tokensPerSecond: Double { seconds > 0 ? Double(tokens) / seconds : 0 }
    /// The steps that are complete.
    public var completedSteps: Int { step + 1 }
}

/// One pass over the held-out data.
public struct EvaluationReport: Sendable, Equatable, Codable {
    /// The steps taken before it.
    public let step: Int
    /// The mean of -log p over all held-out targets.
    public let loss: Double
}

/// How a run ended.
public struct FinishReport: Sendable, Equatable {
    /// The steps taken.
    public let steps: Int
    /// The planned steps: more than were taken if patience ended the run.
    public let totalSteps: Int
    /// The written result.
    public let result: TrainingResult
    /// The step of the written weights: that of the best evaluation if it was chosen.
    public let resultStep: Int
    /// The step of the best evaluation, if its weights were requested and are damaged.
    public let lostBest: Int?
    /// The loss of the last step that this process took, if it took one.
    public let lastLoss: Double?
    /// The lowest loss on the held-out data and its step.
    public let bestEvaluation: EvaluationReport?
    /// Tokens trained on, over all processes.
    public let tokens: Int
    /// Seconds worked, over all processes.
    public let elapsedSeconds: Double
}

/// The result of a finished run.
public enum TrainingResult: Sendable, Equatable {
    /// An adapter in PEFT's layout.
    case adapter(folder: String)
    /// A whole model, as a GGUF file.
    case model(path: String)

    /// The file name of a whole model.
    public static let modelName = "model.gguf"

    /// The path of the folder or file.
    public var path: String {
        switch self {
        case .adapter(let folder): folder
        case .model(let path): path
        }
    }
}
