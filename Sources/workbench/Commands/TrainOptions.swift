public import ArgumentParser
public import Workspace

/// What a request has where nothing is said.
private let usual = TrainingRequest(model: "", dataset: "")

/// What is trained, on what.
struct TrainingTask: ParsableArguments {
    @Option(
        help: """
            A model's name, file or models:/NAME@ALIAS. (default: the setting default_model, else \
            the only one installed besides moru-tiny)
            """,
        completion: .targets
    )
    var model: String?
    @Option(help: "A dataset's name, or a file or folder.", completion: .datasets) var data: String?
    @Option(
        help: """
            Data to train the result on next, with options for that stage by name: \
            "company-faq epochs=2 learning-rate=5e-4". May be given several times.
            """
    )
    var then: [String] = []
    @Option(help: "lora, qlora or full. (default: qlora on a quantized file, else lora)")
    var method: TrainingRequest.Method?
    @Option(help: "sft for conversations, cpt for raw text. (default: as the data is)")
    var stage: TrainingRequest.Stage?
    @Option(help: "The run's name. (default: of dataset and rank)") var runName: String?
    @Option(
        help: """
            The experiment the run belongs to. (default: the setting experiment, else Default)
            """
    )
    var experiment: String?

    func apply(to request: inout TrainingRequest) {
        request.method = method
        request.stage = stage
        request.runName = runName?.isEmpty == true ? nil : runName
        request.experiment = experiment
    }
}

/// The adapter's shape, and what it begins with.
struct AdapterOptions: ParsableArguments {
    @Option(help: "The adapter's rank. (default: \(usual.rank))") var rank: Int?
    @Option(
        help: "The adapter's alpha; its scale is alpha / rank. (default: \(usual.alpha.formatted))"
    )
    var alpha: Double?
    @Option(help: "The adapted projections, separated by commas. (default: all seven)")
    var targets: String?
    @Option(help: "The adapted layers, from 0, such as 20-29 or 0,3,5. (default: all)")
    var layers: String?
    @Option(
        help:
            "The share of the adapter's inputs that is dropped. (default: \(usual.dropout.formatted))"
    )
    var dropout: Double?
    @Flag(help: "Scale the adapter by alpha / √rank, as rsLoRA does.") var rslora = false
    @Option(
        name: .customLong("init"),
        help: "How a new adapter is initialized: uniform or gaussian. (default: uniform)"
    )
    var initialization: String?
    @Option(help: "How much faster B of the adapter learns than A, as in LoRA+. (default: 1)")
    var loraplusRatio: Double?
    @Option(
        help: "Continue from this adapter, with its rank, alpha, targets and layers.",
        completion: .directory
    )
    var initAdapter: String?

    /// The first option of these that was given.
    var firstGiven: String? {
        let given: [(name: String, isGiven: Bool)] = [
            ("--rank", rank != nil), ("--alpha", alpha != nil), ("--targets", targets != nil),
            ("--layers", layers != nil), ("--dropout", dropout.map { $0 != 0 } ?? false),
            ("--rslora", rslora), ("--init", initialization != nil),
            ("--loraplus-ratio", loraplusRatio != nil), ("--init-adapter", initAdapter != nil),
        ]
        return given.first(where: \.isGiven)?.name
    }

    /// Whether anything is said that an adapter to go on from has decided.
    private var isShaped: Bool {
        rank != nil || alpha != nil || targets != nil || layers != nil || rslora
            || initialization != nil
    }

    func apply(to request: inout TrainingRequest, _ workspace: Workspace) throws {
        if let rank { request.rank = rank }
        if let alpha { request.alpha = alpha }
        if let targets { request.targets = TrainingRequest.names(targets) }
        request.layers = try layers.map { text in
            guard let layers = TrainingRequest.layers(text) else {
                throw ValidationError(
                    "--layers takes numbers such as 20-29 or 0,3, not \"\(text)\"."
                )
            }
            return layers
        }
        if let dropout { request.dropout = dropout }
        request.usesRankStabilization = rslora ? true : nil
        request.initialization = initialization
        request.loraPlusRatio = loraplusRatio
        request.initialAdapter = initAdapter
        if let initAdapter {
            try adopt(initAdapter, "--init-adapter", in: &request)
        } else if isShaped, let adapter = try workspace.runs.adapter(of: request.model) {
            try adopt(adapter, request.model, in: &request)
        }
    }

    /// Takes over an adapter's shape; options that contradict it are refused.
    private func adopt(
        _ adapter: String,
        _ name: String,
        in request: inout TrainingRequest
    ) throws {
        let asked = request
        try request.adoptShape(ofAdapter: adapter)
        let contradicted: String? =
            if rank != nil, asked.rank != request.rank {
                "--rank \(asked.rank): the adapter has rank \(request.rank)"
            } else if alpha != nil, asked.alpha != request.alpha {
                "--alpha \(asked.alpha): the adapter has alpha \(request.alpha)"
            } else if targets != nil, Set(asked.targets) != Set(request.targets) {
                "--targets: the adapter changes \(request.targets.joined(separator: ","))"
            } else if layers != nil, asked.layers != request.layers {
                "--layers: the adapter changes others"
            } else if rslora, request.usesRankStabilization != true {
                "--rslora: the adapter is scaled by alpha / rank"
            } else if initialization != nil {
                "--init: the adapter is initialized already"
            } else { nil }
        if let contradicted {
            throw WorkspaceError(
                .invalid,
                "\(name) contradicts \(contradicted).",
                hint: "Leave the option out: an adapter keeps its own shape."
            )
        }
    }
}

/// How long it is trained, and what goes into a step.
struct BatchOptions: ParsableArguments {
    @Option(help: "Optimizer steps. (default: those of the epochs)") var steps: Int?
    @Option(help: "Passes over the data. (default: \(TrainingChoices.usualEpochs))")
    var epochs: Int?
    @Option(help: "Sequences in a micro-batch. (default: \(usual.batchSize))") var batchSize: Int?
    @Option(
        help: "Micro-batches per optimizer step. (default: \(usual.gradientAccumulation))"
    )
    var gradientAccumulation: Int?
    @Option(help: "The maximum number of tokens of a sequence. (default: \(usual.sequenceLength))")
    var sequenceLength: Int?
    @Option(
        help: """
            Longer conversations: stop, drop, truncate-left, truncate-right or split. (default: stop)
            """
    )
    var overLength: String?
    @Option(
        help: "Documents: separate, or joined into one stream that is cut. (default: separate)"
    )
    var documents: String?
    @Flag(help: "One conversation a sequence, not several laid end to end.") var noPacking = false
    @Flag(help: "Take the rows in the file's order.") var noShuffle = false
    @Option(help: "Lint rules that do not block the run, or all.")
    var allow: String?

    func apply(to request: inout TrainingRequest) {
        request.steps = steps
        request.epochs = epochs
        if let batchSize { request.batchSize = batchSize }
        if let gradientAccumulation { request.gradientAccumulation = gradientAccumulation }
        if let sequenceLength { request.sequenceLength = sequenceLength }
        request.overLength = overLength
        request.documents = documents
        request.isPacked = !noPacking
        request.isShuffled = !noShuffle
        request.allowedFindings = allow.map(TrainingRequest.names)
    }

    mutating func validate() throws {
        if steps != nil, epochs != nil {
            throw ValidationError("--steps and --epochs exclude each other.")
        }
    }
}

/// The rule by which the weights change.
struct OptimizerOptions: ParsableArguments {
    @Option(help: "The peak learning rate. (default: \(usual.learningRate.formatted))")
    var learningRate: Double?
    @Option(
        help: "cosine, linear, polynomial or constant. (default: \(usual.scheduler.rawValue))"
    )
    var scheduler: TrainingRequest.Scheduler?
    @Option(help: "The power of a polynomial schedule. (default: 1)") var schedulerPower: Double?
    @Option(help: "Steps over which the learning rate rises. (default: \(usual.warmupSteps))")
    var warmup: Int?
    @Option(help: "adamw, adamw_8bit, sgd or lion. (default: adamw)") var optimizer: String?
    @Option(
        help: "The decay of every trained matrix. (default: \(usual.weightDecay.formatted))"
    )
    var weightDecay: Double?
    @Option(
        help: """
            Clip the gradient to this norm; 0 turns it off. (default: \
            \(usual.maxGradientNorm.formatted))
            """
    )
    var maxGradNorm: Double?

    func apply(to request: inout TrainingRequest) {
        if let learningRate { request.learningRate = learningRate }
        if let scheduler { request.scheduler = scheduler }
        request.schedulerPower = schedulerPower
        if let warmup { request.warmupSteps = warmup }
        request.optimizer = optimizer
        if let weightDecay { request.weightDecay = weightDecay }
        if let maxGradNorm { request.maxGradientNorm = maxGradNorm }
    }

    mutating func validate() throws {
        if schedulerPower != nil, scheduler != .polynomial {
            throw ValidationError("--scheduler-power goes with --scheduler polynomial.")
        }
    }
}

/// What is measured on the way, and what follows from it.
struct WatchingOptions: ParsableArguments {
    @Option(
        help: "A dataset to evaluate on. (default: the held-out part of the data)",
        completion: .datasets
    )
    var evalData: String?
    @Option(help: "The share of the rows to hold out for evaluation. (default: as the data is)")
    var evalSplit: Double?
    @Option(
        help: """
            Steps between evaluations. (default: \(TrainingChoices.usualEvaluations) evaluations a run)
            """
    )
    var evalEvery: Int?
    @Option(help: "End after this many evaluations without a lower held-out loss; implies --best.")
    var patience: Int?
    @Flag(help: "Keep the weights of the lowest held-out loss, not the last ones.") var best = false
    @Option(
        help: """
            Held-out rows that are answered at every evaluation. (default: \
            \(TrainingChoices.usualSamples))
            """
    )
    var samples: Int?
    @Option(help: "A further prompt to answer at every evaluation; may be given several times.")
    var samplePrompt: [String] = []
    @Option(
        name: .customLong("on"),
        help: """
            What to do when a sentinel calls, such as loss-spike=go-back. Sentinels: not-finite, \
            loss-spike, gradient-spike, plateau, slowdown, eval-gap, no-targets. Actions: mark, \
            pause, lower-rate, go-back, stop. May be given several times.
            """
    )
    var sentinels: [String] = []

    func apply(to request: inout TrainingRequest) throws {
        request.evaluationDataset = evalData
        request.evaluationSplit = evalSplit
        request.evaluationInterval = evalEvery
        request.patience = patience
        request.choosesBest = best ? true : nil
        request.sampleCount = samples
        request.samplePrompts = samplePrompt.isEmpty ? nil : samplePrompt
        request.sentinels = try actions
    }

    /// `NAME=ACTION` of each sentinel that is named.
    private var actions: [String: String]? {
        get throws {
            var actions: [String: String] = [:]
            for text in sentinels {
                let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2 else {
                    throw ValidationError(
                        "--on takes NAME=ACTION such as loss-spike=go-back, not \"\(text)\"."
                    )
                }
                actions[parts[0]] = parts[1]
            }
            return actions.isEmpty ? nil : actions
        }
    }

    mutating func validate() throws {
        if let evalSplit, !(evalSplit > 0 && evalSplit < 1) {
            throw ValidationError("--eval-split takes a share between 0 and 1.")
        }
        if evalSplit != nil, evalData != nil {
            throw ValidationError("--eval-data and --eval-split exclude each other.")
        }
    }
}

/// How it is computed.
struct ComputingOptions: ParsableArguments {
    @Option(help: "fast or exact. (default: \(usual.precision.rawValue))")
    var precision: TrainingRequest.Precision?
    @Flag(help: "Recompute layers in the backward pass: less memory, more time, same bits.")
    var recompute = false
    @Option(help: "Threads that compute. (default: the cores)") var threads: Int?
    @Option(help: "The seed of everything random. (default: \(usual.seed))") var seed: UInt64?
    @Option(
        help: """
            Steps between checkpoints, or seconds such as 60s. (default: \
            \(usual.checkpointInterval.text))
            """
    )
    var checkpointEvery: TrainingRequest.CheckpointInterval?

    func apply(to request: inout TrainingRequest) {
        if let precision { request.precision = precision }
        if recompute { request.recomputes = true }
        request.threads = threads
        if let seed { request.seed = seed }
        if let checkpointEvery { request.checkpointInterval = checkpointEvery }
    }
}

/// What stands in place of the other options, or is about them.
struct GoingOnOptions: ParsableArguments {
    @Option(
        help: """
            Resume a stopped or crashed run at its last checkpoint; takes only --threads besides.
            """,
        completion: .runs
    )
    var resume: String?
    @Option(
        help: "A YAML file of these options by name, such as `learning-rate: 1e-4`.",
        completion: .file(extensions: ["yaml", "yml"])
    )
    var config: String?
    @Flag(help: "Forecast time and memory without starting.") var dryRun = false
}

extension Double {
    /// The number as people type it.
    fileprivate var formatted: String { Int(exactly: self).map(String.init) ?? "\(self)" }
}

extension TrainingRequest.CheckpointInterval: ExpressibleByArgument {
    /// Reads steps such as `20`, or seconds such as `60s`.
    public init?(argument: String) { self.init(argument) }

    /// The text that is read as this.
    public var defaultValueDescription: String { text }
}
