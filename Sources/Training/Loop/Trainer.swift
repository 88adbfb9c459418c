public import Datasets
public import Transformer
import ModelFiles
import Tensors

/// Trains an adapter or a whole model: takes step after step and says what happens.
///
/// A trainer runs on the thread that calls `run`, prints nothing, and knows
/// neither tracker nor screen: its owner passes closures for those. What it
/// computes is a function of the model, the examples and the configuration,
/// bit for bit, however often it is stopped and resumed in between.
public final class Trainer {
    /// What the run computes.
    public let configuration: TrainingConfiguration
    /// The steps of the whole run.
    public var totalSteps: Int { plan.batches.totalSteps }
    /// The steps taken so far, over all processes.
    public internal(set) var completedSteps = 0
    /// Why the results may differ in the last bits from an uninterrupted run.
    public let warnings: [String]
    /// What is trained.
    public let weights: TrainedWeights

    let plan: TrainingPlan
    let provenance: RunProvenance
    let arithmetic: Arithmetic
    let gradients: FloatBuffer
    let optimizer: Optimizer
    let pass: TrainingPass
    let checkpoints: CheckpointStore
    let resultFolder: String
    let clock: () -> Double

    /// What is still to be done after the last step, and was left since the owner wanted to be asked.
    var owed: Owed = []
    /// Whether the weights are no longer those of the last step, but those of the result.
    var hasTakenBest = false
    var adjustments = Adjustments()
    var course = Course()
    var skippedSteps = 0
    var bestEvaluation: EvaluationReport?
    var lastLoss: Double?
    var tokens = 0
    var elapsedSeconds = 0.0
    var pace = Pace()
    var savedStep: Int?
    var secondsAtSave = 0.0

    /// Prepares a run, allocating all that its steps need.
    ///
    /// - Parameters:
    ///   - model: The base: frozen, or with parameters of its own if the method is `full`.
    ///   - examples: What is trained on; at least one.
    ///   - evaluation: What is held out; may be empty.
    ///   - provenance: What the model and the data are, for checkpoints.
    ///   - checkpoints: The folder for this run's checkpoints.
    ///   - checkpointKey: What they are sealed with; nil for a run that has none.
    ///   - resultFolder: Where the finished adapter goes, or the finished model.
    ///   - checkpoint: Where to resume; nil starts at step 0.
    ///   - clock: Seconds that only grow.
    /// - Throws: `TrainingError` for a setting, an example or a checkpoint that cannot be used.
    public init(
        model: LanguageModel,
        examples: [Example],
        evaluation: [Example] = [],
        configuration: TrainingConfiguration,
        provenance: RunProvenance,
        checkpoints: String,
        checkpointKey: String? = nil,
        resultFolder: String,
        resumingFrom checkpoint: Checkpoint? = nil,
        clock: @escaping () -> Double = Pace.monotonicSeconds
    ) throws {
        plan = try TrainingPlan(
            model: model,
            examples: examples,
            evaluation: evaluation,
            configuration: configuration
        )
        arithmetic = try Arithmetic.current()
        self.configuration = configuration
        self.provenance = provenance
        self.checkpoints = CheckpointStore(folder: checkpoints, key: checkpointKey)
        self.resultFolder = resultFolder
        self.clock = clock

        if let checkpoint {
            try checkpoint.state.checkResumable(configuration, provenance)
            weights = try Self.weights(model, of: checkpoint)
            warnings = arithmetic.warnings(resuming: checkpoint.state.arithmetic)
        } else {
            weights = try Self.initialWeights(model, configuration)
            warnings = []
        }
        gradients = FloatBuffer(count: weights.buffer.count)
        optimizer = Optimizer(weights, configuration, pool: model.pool)
        pass = TrainingPass(model, plan.pass)
        if let checkpoint { try restore(checkpoint) }
    }

    /// Takes the remaining steps.
    ///
    /// - Parameters:
    ///   - between: Called before every step, and again after a checkpoint that it asked for, with
    ///     the number of steps taken; it may block to pause.
    ///   - emit: Gets every event, in order; what it throws is a failed write.
    ///   - writeFailed: Decides what happens after an event or a checkpoint could not be written;
    ///     it may block until there is room again.
    ///   - answer: Asks the model as it is now; called when an evaluation is due.
    ///   - isInterrupted: Asked often; true leaves the step or the evaluation that is being computed,
    ///     and calls `between`. What was left is done again, to the same bits.
    ///   - isCancelled: Asked often; true ends the run at once, without a checkpoint.
    /// - Throws: `TrainingError` with the code `diverged` if a monitor ends the run, as by default
    ///   where a loss or a gradient is no finite number: such a step was not applied; else what a
    ///   write threw.
    public func run(
        between: (_ completedSteps: Int) throws -> Directive = { _ in .proceed },
        emit: @escaping (TrainingEvent) throws -> Void,
        writeFailed: @escaping (any Error) -> RetryDecision = { _ in .fail },
        answer: ((_ isCancelled: () -> Bool) throws -> [EvaluationSample])? = nil,
        isInterrupted: () -> Bool = { false },
        isCancelled: () -> Bool = { false }
    ) throws -> TrainingOutcome {
        let output = RunOutput(emit: emit, writeFailed: writeFailed)
        var isAtItsEnd = false
        func isLeft() -> Bool {
            isAtItsEnd = isAtItsEnd || isCancelled()
            return isAtItsEnd || isInterrupted()
        }
        do {
            try output.send(.started(startReport))
            if configuration.monitors.mayGoBack, completedSteps == 0 { try save(output) }
            while true {
                switch try between(completedSteps) {
                case .proceed: break
                case .checkpoint:
                    try save(output)
                    continue
                case .stop: return try stop(output)
                }
                do {
                    // After a step that was taken before, there may be something left to do.
                    guard try settle(output, answer, isLeft) else { continue }
                    if isOver { break }
                    guard try advance(output, isLeft) else { continue }
                    guard try settle(output, answer, isLeft) else { continue }
                    if isCheckpointDue { try save(output) }
                    if isOver { break }
                } catch is CancellationError where !isAtItsEnd {
                    continue
                }
            }
            return try finish(output)
        } catch is CancellationError {
            return .cancelled(completedSteps: completedSteps)
        }
    }
}

/// Where a run's events and files go, and who decides when that fails.
struct RunOutput {
    let emit: (TrainingEvent) throws -> Void
    let writeFailed: (any Error) -> RetryDecision

    func send(_ event: TrainingEvent) throws {
        try write { try emit(event) }
    }

    func write<Result>(_ body: () throws -> Result) throws -> Result {
        while true {
            do {
                return try body()
            } catch {
                guard writeFailed(error) == .retry else { throw error }
            }
        }
    }
}
