public import Transformer

/// Everything that determines what a training run computes.
///
/// The values of a new configuration are the program's only defaults.
public struct TrainingConfiguration: Sendable, Equatable {
    /// The parameters that are trained, and the base.
    public enum Method: String, Sendable, Codable, CaseIterable {
        /// Low-rank adapters over frozen weights.
        case lora
        /// Low-rank adapters over a quantized base.
        case qlora
        /// Every weight.
        case full
    }

    /// When a checkpoint is due, apart from evaluations.
    public enum CheckpointInterval: Sendable, Codable, Equatable {
        /// After this many steps.
        case steps(Int)
        /// After this many seconds of training.
        case seconds(Double)
    }

    /// The epochs of a run without steps and epochs.
    public static let defaultEpochs = 4
    /// The number of evaluations of a run without an interval.
    public static let defaultEvaluationCount = 5

    /// The parameters that are trained; nil chooses by the model file's type.
    public var method: Method?
    /// The number of steps; excludes `epochs`.
    public var steps: Int?
    /// The number of epochs; excludes `steps`.
    public var epochs: Int?
    /// Rows in a micro-batch: packs of `sequenceLength` tokens, or conversations.
    public var batchSize = 2
    /// The peak of the learning rate.
    public var learningRate = 1e-3
    /// The rank of the adapters.
    public var rank = 16
    /// The adapters' scale times their rank.
    public var alpha = 32.0
    /// The projections that have adapters.
    public var targets = Projection.allCases
    /// The layers that have adapters, from 0; nil for all.
    public var layers: [Int]?
    /// The maximum length of a conversation and the length of a pack, in tokens.
    public var sequenceLength = 256
    /// The curve of the learning rate.
    public var scheduler = LearningRateSchedule.Kind.cosine
    /// The power of a polynomial curve.
    public var schedulerPower = 1.0
    /// The steps in which the learning rate increases to its peak.
    public var warmupSteps = 0
    /// The rate that a schedule decreases to instead of 0, as in transformers'
    /// `cosine_with_min_lr`.
    public var minLearningRate = 0.0
    /// The decoupled decay of every trained matrix.
    public var weightDecay = 0.01
    /// The gradient norm above which gradients are scaled down; 0 turns it off.
    public var maxGradientNorm = 1.0
    /// Micro-batches in a step.
    public var gradientAccumulation = 1
    /// The share of an adapter's inputs that is dropped.
    public var dropout = 0.0
    /// The share of every target that is spread over the vocabulary (arXiv 1512.00567); 0 for none.
    public var labelSmoothing = 0.0
    /// The strength of the noise on the embeddings: NEFTune (arXiv 2310.05914); nil for none.
    public var neftuneNoiseAlpha: Double?
    /// The update rule of the parameters.
    public var optimizer = OptimizerKind.adamw
    /// How much faster B of an adapter learns than A: LoRA+ (arXiv 2402.12354); 1 is plain LoRA.
    public var loraPlusRatio = 1.0
    /// Whether the adapters' scale is divided by the root of the rank: rsLoRA (arXiv 2312.03732).
    public var usesRankStabilization = false
    /// How a new adapter is initialized.
    public var initialization = LoRA.Initialization.uniform
    /// The seed of shuffling, initialization and dropout.
    public var seed: UInt64 = 0
    /// Whether several conversations share a row.
    public var isPacked = true
    /// Whether every epoch has a new order; otherwise it is that of the file.
    public var isShuffled = true
    /// Steps between evaluations; nil evaluates five times in a run.
    public var evaluationInterval: Int?
    /// The number of evaluations without a lower held-out loss after which the run ends; nil for no
    /// early end.
    public var patience: Int?
    /// Whether the result is the weights with the lowest held-out loss instead of the last ones; a
    /// patience implies it.
    public var choosesBest = false
    /// Whether examples without targets are allowed; steps of only such examples are skipped.
    public var allowsNoTargets = false
    /// The actions for alerts of monitors.
    public var monitors = MonitorActions()
    /// When a checkpoint is due; there is one at every evaluation as well.
    public var checkpointInterval = CheckpointInterval.seconds(60)
    /// The folder of the adapter to continue from.
    public var initialAdapter: String?
    /// The arithmetic.
    public var precision = Precision.fast
    /// Whether the backward pass recomputes layers instead of storing their activations.
    ///
    /// It uses less memory and more time, with the same bits.
    public var usesGradientCheckpointing = false
    /// The number of threads, which changes no result; nil chooses by the machine.
    public var threads: Int?

    /// The defaults.
    public init() {}

    /// Whether the result is the weights with the lowest held-out loss.
    public var keepsBest: Bool { choosesBest || patience != nil }

    /// The shape of the adapters of this configuration; nil if it trains the model itself.
    public var adapterShape: LoRA.Shape? {
        guard method != .full else { return nil }
        return LoRA.Shape(
            rank: rank,
            alpha: alpha,
            targets: targets,
            usesRankStabilization: usesRankStabilization,
            layers: layers
        )
    }

    /// The capacity of the training passes of this configuration, including dropout's memory.
    public func pass(tokenCapacity: Int, longestSequence: Int) -> TrainingPass.Configuration {
        var pass = TrainingPass.Configuration(
            tokenCapacity: tokenCapacity,
            longestSequence: longestSequence,
            shape: adapterShape,
            precision: precision
        )
        pass.dropsInputs = dropout > 0
        pass.labelSmoothing = Float(labelSmoothing)
        pass.recomputes = usesGradientCheckpointing
        return pass
    }

    /// The learning rates of a run of `totalSteps` steps.
    public func schedule(totalSteps: Int) -> LearningRateSchedule {
        LearningRateSchedule(
            kind: scheduler,
            peak: learningRate,
            warmupSteps: warmupSteps,
            totalSteps: totalSteps,
            power: schedulerPower,
            minimum: minLearningRate
        )
    }

    /// The number of epochs of a run that is not counted in steps.
    var resolvedEpochs: Int { epochs ?? Self.defaultEpochs }

    /// Steps between evaluations in a run of `totalSteps` steps.
    public func resolvedEvaluationInterval(totalSteps: Int) -> Int {
        let count = Self.defaultEvaluationCount
        return evaluationInterval ?? max(1, (totalSteps + count - 1) / count)
    }

    /// Rows in an optimizer step.
    public var rowsPerStep: Int { batchSize * gradientAccumulation }
}
