public import Datasets
public import Transformer
import ModelFiles
import Tensors

/// Trains an adapter or a whole model, and reports events.
///
/// A trainer runs on the thread that calls `run`, prints nothing, and knows neither tracker nor
/// screen: its owner passes closures for those. Its result is a function of the model, the examples
/// and the configuration, bit for bit, however often it is stopped and resumed.
public final class Trainer {
    /// The configuration of the run.
    public let configuration: TrainingConfiguration
    /// The steps of the whole run.
    public var totalSteps: Int { plan.batches.totalSteps }
    /// The completed steps, over all processes.
    public internal(set) var completedSteps = 0
    /// Why the results may differ in the last bits from an uninterrupted run.
    public let warnings: [String]
    /// The trained weights.
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

    /// The work that is due after the last step and was interrupted.
    var owed: PendingWork = []
    /// Whether the weights are those of the result instead of the last step.
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

    /// Prepares a run and allocates everything that its steps need.
    ///
    /// - Parameters:
    ///   - model: The base: frozen, or with parameters of its own if the method is `full`.
    ///   - examples: The training examples; at least one.
    ///   - evaluation: The held-out examples; may be empty.
    ///   - provenance: The model and the data, for checkpoints.
    ///   - checkpoints: The folder for this run's checkpoints.
    ///   - checkpointKey: The key that they are sealed with; nil for a run without one.
    ///   - resultFolder: The folder of the finished adapter, or the finished model.
    ///   - checkpoint: The checkpoint to resume from; nil starts at step 0.
    ///   - clock: Returns monotonic seconds.
    /// - Throws: `TrainingError` for an invalid setting, example or checkpoint.
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
        let formats = Arithmetic.products(
            configuration.precision,
            model.formats,
            // A checkpoint that does not say it was computed with int8 and bfloat16.
            resuming: checkpoint.map {
                $0.state.arithmetic.products
                    ?? ProductFormats(forward: .int8, backward: .bfloat16)
            }
        )
        arithmetic = try Arithmetic.current(products: formats)
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
        var sizes = plan.pass
        sizes.formats = formats
        pass = TrainingPass(model, sizes)
        if let checkpoint { try restore(checkpoint) }
    }

    /// Takes the remaining steps.
    ///
    /// - Parameters:
    ///   - between: Called with the number of completed steps before every step, and again after
    ///     a checkpoint that it requested; it may block to pause.
    ///   - emit: Receives every event, in order; an error that it throws is a failed write.
    ///   - writeFailed: Decides what happens after an event or a checkpoint could not be written;
    ///     it may block until there is space.
    ///   - answer: Answers prompts with the current model; called at an evaluation.
    ///   - isInterrupted: Called often; true abandons the current step or evaluation, and calls
    ///     `between`. Abandoned work is repeated, with the same bits.
    ///   - isCancelled: Called often; true ends the run at once, without a checkpoint.
    ///
    /// - Throws: `TrainingError` with the code `diverged` if a monitor ends the run, as by
    ///   default when a loss or a gradient is not finite: such a step was not applied; otherwise
    ///   the error of a failed write.
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
                    // After a step of an earlier call, work may be pending.
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

/// The destination of a run's events and files, and the handler of failed writes.
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
