import Training
import Transformer

/// All that a person says to start a run; what is not said has the form's default.
public struct TrainingRequest: Equatable, Sendable, Codable {
    /// How the weights are adapted.
    public enum Method: String, Sendable, Codable, CaseIterable {
        /// An adapter on a base as it is.
        case lora
        /// An adapter on a quantized base.
        case qlora
        /// All weights.
        case full
    }

    /// What the data is for.
    public enum Stage: String, Sendable, Codable, CaseIterable {
        /// Supervised: the loss counts the assistant's tokens.
        case sft
        /// Continued pre-training: the loss counts every token.
        case cpt
    }

    /// How the learning rate falls after the warm-up.
    public enum Scheduler: String, Sendable, Codable, CaseIterable {
        /// Half a cosine to zero.
        case cosine
        /// A line to zero.
        case linear
        /// A power of that line.
        case polynomial
        /// It stays.
        case constant
    }

    /// Which arithmetic is used.
    public enum Precision: String, Sendable, Codable, CaseIterable {
        /// int8 and bfloat16 kernels where they serve.
        case fast
        /// float32.
        case exact
    }

    /// How often a checkpoint is written.
    public enum CheckpointInterval: Equatable, Sendable, Codable {
        /// After so many steps.
        case steps(Int)
        /// At the first step's end after so many seconds.
        case seconds(Double)
    }

    /// Base model: a catalogue name, a path, or `models:/NAME@ALIAS` to go on from that adapter.
    public var model: String
    /// Dataset: a name or a path.
    public var dataset: String
    /// Held-out data: a name or path; nil for the dataset's own held-out part.
    public var evaluationDataset: String?
    /// Share of the records held out by hash, 0 to 1; nil for none.
    public var evaluationSplit: Double?
    /// How the weights are adapted; nil chooses by the file's type.
    public var method: Method?
    /// What the data is for; nil goes by the data: text is continued, conversations are learnt.
    public var stage: Stage?
    /// Optimizer steps; nil: by epochs.
    public var steps: Int?
    /// Passes over the data, when steps are not given.
    public var epochs: Int?
    /// Rows a micro-batch.
    public var batchSize: Int
    /// Peak learning rate.
    public var learningRate: Double
    /// Adapter rank.
    public var rank: Int
    /// Adapter scale times rank.
    public var alpha: Double
    /// Projections with an adapter, in PEFT's names.
    public var targets: [String]
    /// Layers with an adapter, from 0; nil for all.
    public var layers: [Int]?
    /// Longest conversation, and length of a pack, in tokens.
    public var sequenceLength: Int
    /// What becomes of longer conversations: `stop`, `drop`, `truncate-left`, `truncate-right` or
    /// `split`; nil: nothing is trained.
    public var overLength: String?
    /// How documents become sequences: `separate`, which nil means too, or `joined`.
    public var documents: String?
    /// Rules of the lint whose findings do not keep the run from starting; `all` for every one.
    public var allowedFindings: [String]?
    /// How the learning rate falls.
    public var scheduler: Scheduler
    /// Steps in which the learning rate rises.
    public var warmupSteps: Int
    /// Decay on every trained matrix.
    public var weightDecay: Double
    /// Gradients are clipped to this norm; 0 for never.
    public var maxGradientNorm: Double
    /// Micro-batches an optimizer step.
    public var gradientAccumulation: Int
    /// Share of the adapters' inputs that is dropped.
    public var dropout: Double
    /// Whether layers are computed again in the backward pass: less memory, more time; nil is no.
    public var recomputes: Bool?
    /// The rule by which parameters change: `adamw`, which nil means too, `adamw_8bit`, `sgd`, `lion`.
    public var optimizer: String?
    /// The power of a polynomial schedule; nil is 1.
    public var schedulerPower: Double?
    /// How much faster B of an adapter learns than A (LoRA+); nil is 1.
    public var loraPlusRatio: Double?
    /// Whether the adapters' scale divides by the root of the rank (rsLoRA); nil is no.
    public var usesRankStabilization: Bool?
    /// How a fresh adapter is drawn: `uniform`, which nil means too, or `gaussian`.
    public var initialization: String?
    /// Evaluations without a lower held-out loss after which the run ends; nil never.
    public var patience: Int?
    /// Whether the result is that of the lowest held-out loss; nil is no, unless there is a patience.
    public var choosesBest: Bool?
    /// What is done when a sentinel calls, by its name; nil marks the place.
    public var sentinels: [String: String]?
    /// How many held-out rows are answered at every evaluation; nil is two.
    public var sampleCount: Int?
    /// Further prompts that are answered then.
    public var samplePrompts: [String]?
    /// Seed of everything random.
    public var seed: UInt64
    /// Whether several conversations share a row.
    public var isPacked: Bool
    /// Whether every epoch has an order of its own.
    public var isShuffled: Bool
    /// Steps between held-out losses; nil: five times a run.
    public var evaluationInterval: Int?
    /// How often a checkpoint is written.
    public var checkpointInterval: CheckpointInterval
    /// Folder of the adapter to go on from.
    public var initialAdapter: String?
    /// Which arithmetic is used.
    public var precision: Precision
    /// Threads; nil for the machine's cores.
    public var threads: Int?
    /// The run's name; nil makes one from dataset and method.
    public var runName: String?
    /// The experiment's name; nil for the settings', else `Default`.
    public var experiment: String?
    /// Stages that follow once this run is finished, each from what the one before it made.
    public var then: [TrainingRequest]?

    /// A request with the program's defaults.
    public init(model: String, dataset: String) {
        let defaults = TrainingConfiguration()
        self.model = model
        self.dataset = dataset
        batchSize = defaults.batchSize
        learningRate = defaults.learningRate
        rank = defaults.rank
        alpha = defaults.alpha
        targets = defaults.targets.map(\.rawValue)
        sequenceLength = defaults.sequenceLength
        scheduler = Scheduler(defaults.scheduler)
        warmupSteps = defaults.warmupSteps
        weightDecay = defaults.weightDecay
        maxGradientNorm = defaults.maxGradientNorm
        gradientAccumulation = defaults.gradientAccumulation
        dropout = defaults.dropout
        seed = defaults.seed
        isPacked = defaults.isPacked
        isShuffled = defaults.isShuffled
        checkpointInterval = CheckpointInterval(defaults.checkpointInterval)
        precision = Precision(defaults.precision)
    }
}
