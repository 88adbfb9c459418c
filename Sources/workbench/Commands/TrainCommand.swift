public import ArgumentParser
import FoundationEssentials
import Screens
import Workspace

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Fine-tune a model; the run can be watched and steered from any workbench.",
        discussion: """
            SIGTERM or ctrl+c: the run writes a checkpoint after this step and ends; \
            `workbench train --resume RUN` goes on exactly there. A second one ends at once.
            """
    )

    @OptionGroup var shared: SharedOptions

    @Option(
        help: "A model's name, file or models:/NAME@ALIAS; the only installed one if not given."
    )
    var model: String?
    @Option(help: "A dataset's name, or a file or folder.")
    var data: String?
    @Option(
        help: """
            Data to train on next, from what came out, with options by name for this stage: \
            "company-faq epochs=2 learning-rate=5e-4". May be given several times.
            """
    )
    var then: [String] = []
    @Option(help: "lora, qlora or full.")
    var method: TrainingRequest.Method?
    @Option(help: "sft for conversations, cpt for raw text.")
    var stage: TrainingRequest.Stage?
    @Option(help: "Optimizer steps.")
    var steps: Int?
    @Option(help: "Passes over the data.")
    var epochs: Int?
    @Option(help: "Sequences in a micro-batch.")
    var batchSize: Int?
    @Option(help: "The highest learning rate.")
    var learningRate: Double?
    @Option(help: "The adapter's rank.")
    var rank: Int?
    @Option(help: "The adapter's alpha; its scale is alpha / rank.")
    var alpha: Double?
    @Option(help: "The most tokens of a sequence.")
    var sequenceLength: Int?
    @Option(
        help: "Longer conversations: stop, drop, truncate-left, truncate-right or split."
    )
    var overLength: String?
    @Option(help: "Documents: separate, or joined to one stream that is cut.")
    var documents: String?
    @Option(help: "Rules of the lint that do not keep the run from starting, or all.")
    var allow: String?
    @Option(help: "Go on with this adapter: its rank, alpha and targets.")
    var initAdapter: String?
    @Option(help: "fast or exact.")
    var precision: TrainingRequest.Precision?
    @Option(help: "cosine, linear, polynomial or constant.")
    var scheduler: TrainingRequest.Scheduler?
    @Option(help: "Steps over which the learning rate rises.")
    var warmup: Int?
    @Option(help: "The power of a polynomial schedule.")
    var schedulerPower: Double?
    @Option(help: "adamw, adamw_8bit, sgd or lion.")
    var optimizer: String?
    @Option(help: "The decay of every trained matrix.")
    var weightDecay: Double?
    @Option(help: "Clip the gradient to this norm; 0 turns it off.")
    var maxGradNorm: Double?
    @Option(help: "Micro-batches in an optimizer step.")
    var gradientAccumulation: Int?
    @Option(help: "The share of the adapter's inputs that is left out.")
    var dropout: Double?
    @Flag(help: "Compute layers again in the backward pass: less memory, more time, same bits.")
    var recompute = false
    @Option(help: "The adapted projections, separated by commas.")
    var targets: String?
    @Option(help: "The adapted layers, from 0, such as 20-29 or 0,3,5; all of them if not given.")
    var layers: String?
    @Option(help: "How much faster B of the adapter learns than A, as in LoRA+.")
    var loraplusRatio: Double?
    @Flag(help: "Scale the adapter by alpha / √rank, as rsLoRA does.")
    var rslora = false
    @Option(name: .customLong("init"), help: "How a fresh adapter is drawn: uniform or gaussian.")
    var initialization: String?
    @Option(help: "End after so many evaluations without a lower held-out loss; keeps the best.")
    var patience: Int?
    @Flag(help: "Keep what had the lowest held-out loss, not what came last.")
    var best = false
    @Option(
        name: .customLong("on"),
        help: """
            What to do when a sentinel calls, such as loss-spike=go-back. Sentinels: not-finite, \
            loss-spike, gradient-spike, plateau, slowdown, eval-gap, no-targets. Actions: mark, \
            pause, lower-rate, go-back, stop. May be given several times.
            """
    )
    var sentinels: [String] = []
    @Option(help: "Held-out rows that are answered at every evaluation.")
    var samples: Int?
    @Option(help: "A further prompt to answer then; may be given several times.")
    var samplePrompt: [String] = []
    @Option(help: "Threads that compute.")
    var threads: Int?
    @Option(help: "The run's name.")
    var runName: String?
    @Option(help: "A dataset to evaluate on.")
    var evalData: String?
    @Option(help: "The share of the rows to hold out for evaluation.")
    var evalSplit: Double?
    @Option(help: "Steps between evaluations.")
    var evalEvery: Int?
    @Option(help: "Steps between checkpoints, or seconds such as 60s.")
    var checkpointEvery: String?
    @Flag(help: "One conversation a sequence, not several laid end to end.")
    var noPacking = false
    @Flag(help: "Take the rows in the file's order.")
    var noShuffle = false
    @Option(help: "The seed of everything random.")
    var seed: UInt64?
    @Option(help: "The experiment the run belongs to.")
    var experiment: String?
    @Option(help: "Go on with a stopped or crashed run at its last checkpoint.")
    var resume: String?
    @Option(help: "A YAML file of these options by name, such as `learning-rate: 1e-4`.")
    var config: String?
    @Flag(help: "Say what would be done, and how long it would take.")
    var dryRun = false

    func run() throws {
        var own = Array(CommandLine.arguments.dropFirst())
        if let command = own.firstIndex(of: "train") { own.remove(at: command) }
        guard let config else { return try train(own) }
        // Options on the command line come later, so they win.
        let merged = try OptionsFile(path: config).arguments + Self.without("--config", own)
        try Self.parse(merged).train(merged)
    }

    /// Trains; `own` are the options that this command was read from.
    private func train(_ own: [String]) throws {
        let stages = try TrainStages(own, then)
        let follower = try RunFollower(shared)
        let workspace = follower.workspace
        if dryRun { return try printPlan(workspace, stages) }
        try follower.run { try startOrResume(workspace, stages) }
    }

    /// The run, once it is in the store.
    private func startOrResume(
        _ workspace: Workspace,
        _ stages: TrainStages
    ) throws -> RunSummary {
        guard let resume else {
            return try workspace.runs.start(try request(workspace, stages))
        }
        return try workspace.runs.resume(try workspace.runs.find(resume).id)
    }

    private func request(
        _ workspace: Workspace,
        _ stages: TrainStages
    ) throws -> TrainingRequest {
        var first = try request(workspace)
        first.then = try stages.requests(workspace)
        return first
    }

    private func printPlan(_ workspace: Workspace, _ stages: TrainStages) throws {
        let plan = try workspace.runs.plan(try request(workspace, stages))
        if shared.json { return try Console.printJSON(plan) }
        for plan in [plan] + plan.later { Self.printTable(plan) }
    }

    private static func printTable(_ plan: TrainingPlan) {
        var table = TextTable(["RUN", plan.runName])
        for (name, value) in [
            ("model", plan.modelPath), ("data", plan.dataset),
            ("examples", "\(plan.trainingExamples), \(plan.evaluationExamples) held out"),
            ("steps", "\(plan.totalSteps)"), ("tokens an epoch", "\(plan.tokensPerEpoch)"),
            ("memory, forecast", Figures.bytes(plan.memoryBytes)),
            ("time, from a measured step", plan.seconds.map(Figures.duration) ?? Figures.none),
        ] { table.add([name, value]) }
        table.print()
        for warning in plan.warnings { Console.note("note: \(warning)") }
    }

    func request(_ workspace: Workspace) throws -> TrainingRequest {
        guard let data else {
            throw WorkspaceError(
                .invalid,
                "No data to train on.",
                hint: "Name it with --data; `workbench data list` shows what there is."
            )
        }
        var request = TrainingRequest(
            model: try model ?? workspace.models.default().name,
            dataset: data
        )
        request.evaluationDataset = evalData
        request.evaluationSplit = evalSplit
        request.method = method
        request.stage = stage
        request.steps = steps
        request.epochs = epochs
        request.initialAdapter = initAdapter
        request.evaluationInterval = evalEvery
        request.threads = threads
        request.runName = runName
        request.experiment = experiment
        request.overLength = overLength
        request.documents = documents
        request.allowedFindings = allow.map(TrainingRequest.names)
        request.isPacked = !noPacking
        request.isShuffled = !noShuffle
        if let batchSize { request.batchSize = batchSize }
        if let learningRate { request.learningRate = learningRate }
        if let rank { request.rank = rank }
        if let alpha { request.alpha = alpha }
        if let sequenceLength { request.sequenceLength = sequenceLength }
        if let precision { request.precision = precision }
        if let scheduler { request.scheduler = scheduler }
        if let warmup { request.warmupSteps = warmup }
        if let weightDecay { request.weightDecay = weightDecay }
        if let maxGradNorm { request.maxGradientNorm = maxGradNorm }
        if let gradientAccumulation { request.gradientAccumulation = gradientAccumulation }
        if let dropout { request.dropout = dropout }
        if recompute { request.recomputes = true }
        request.optimizer = optimizer
        request.schedulerPower = schedulerPower
        request.loraPlusRatio = loraplusRatio
        request.usesRankStabilization = rslora ? true : nil
        request.initialization = initialization
        request.patience = patience
        request.choosesBest = best ? true : nil
        request.sentinels = try Self.actions(sentinels)
        request.sampleCount = samples
        request.samplePrompts = samplePrompt.isEmpty ? nil : samplePrompt
        if let targets {
            request.targets = TrainingRequest.names(targets)
        }
        request.layers = try layers.map(Self.layers)
        if let seed { request.seed = seed }
        if let checkpointEvery { request.checkpointInterval = try Self.interval(checkpointEvery) }
        if let initAdapter {
            try Self.adopt(initAdapter, rank: rank, alpha: alpha, targets: targets, in: &request)
        }
        return request
    }

    /// Takes over an adapter's shape; flags that contradict it are refused.
    private static func adopt(
        _ adapter: String,
        rank: Int?,
        alpha: Double?,
        targets: String?,
        in request: inout TrainingRequest
    ) throws {
        let asked = request
        try request.adoptShape(ofAdapter: adapter)
        let contradicted: String? =
            if rank != nil, asked.rank != request.rank {
                "--rank \(asked.rank), but the adapter has rank \(request.rank)"
            } else if alpha != nil, asked.alpha != request.alpha {
                "--alpha \(asked.alpha), but the adapter has alpha \(request.alpha)"
            } else if targets != nil, Set(asked.targets) != Set(request.targets) {
                "--targets, but the adapter changes \(request.targets.joined(separator: ","))"
            } else if asked.layers != nil, asked.layers != request.layers {
                "--layers, but the adapter changes others"
            } else { nil }
        if let contradicted {
            throw WorkspaceError(
                .invalid,
                "--init-adapter contradicts \(contradicted).",
                hint: "Leave the flag out: an adapter goes on with its own shape."
            )
        }
    }

    /// Whether anything is asked for that a resumed run has decided already.
    private var hasTrainingOptions: Bool {
        let given: [Any?] = [
            model, data, method, stage, steps, epochs, batchSize, learningRate, rank, alpha,
            sequenceLength, initAdapter, precision, scheduler, warmup, weightDecay, maxGradNorm,
            gradientAccumulation, dropout, targets, threads, runName, evalData, evalSplit,
            evalEvery,
            checkpointEvery, seed, experiment, config, schedulerPower, optimizer, loraplusRatio,
            initialization, patience, samples, layers,
            overLength, documents, allow,
        ]
        return noPacking || noShuffle || dryRun || rslora || best || !sentinels.isEmpty
            || !samplePrompt.isEmpty || !then.isEmpty || given.contains { $0 != nil }
    }

    private static func interval(
        _ text: String
    ) throws -> TrainingRequest.CheckpointInterval {
        guard let interval = TrainingRequest.CheckpointInterval(text) else {
            throw ValidationError(
                "--checkpoint-every takes steps such as 20, or seconds such as 60s, not \"\(text)\"."
            )
        }
        return interval
    }

    private static func layers(_ text: String) throws -> [Int] {
        guard let layers = TrainingRequest.layers(text) else {
            throw ValidationError("--layers takes numbers such as 20-29 or 0,3, not \"\(text)\".")
        }
        return layers
    }

    /// `NAME=ACTION` of each sentinel that is named.
    private static func actions(_ texts: [String]) throws -> [String: String]? {
        var actions: [String: String] = [:]
        for text in texts {
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

    static func without(_ option: String, _ arguments: [String]) -> [String] {
        var result: [String] = []
        var isValue = false
        for argument in arguments {
            if isValue { isValue = false; continue }
            if argument == option { isValue = true; continue }
            if argument.hasPrefix("\(option)=") { continue }
            result.append(argument)
        }
        return result
    }

    mutating func validate() throws {
        if resume != nil, hasTrainingOptions {
            throw ValidationError(
                "--resume goes on with the run's own model, data and settings; leave the others out."
            )
        }
        if let evalSplit, !(evalSplit > 0 && evalSplit < 1) {
            throw ValidationError("--eval-split takes a share between 0 and 1.")
        }
    }
}

extension TrainingRequest.Method: ExpressibleByArgument {}
extension TrainingRequest.Stage: ExpressibleByArgument {}
extension TrainingRequest.Scheduler: ExpressibleByArgument {}
