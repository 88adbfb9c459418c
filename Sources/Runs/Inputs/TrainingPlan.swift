public import Training

/// A checked request with its forecast, before anything starts.
public struct TrainingPlan: Equatable, Sendable, Codable {
    /// The request with every default resolved.
    public var request: TrainingRequest
    /// The run's name.
    public var runName: String
    /// The base model's file.
    public var modelPath: String
    /// `name@digest` of the data.
    public var dataset: String
    /// Examples to train on.
    public var trainingExamples: Int
    /// Examples held out.
    public var evaluationExamples: Int
    /// Optimizer steps.
    public var totalSteps: Int
    /// Tokens in one pass over the data.
    public var tokensPerEpoch: Int
    /// The forecast of the program's peak memory in bytes: what it has now, and an estimate from
    /// shapes of what the run takes.
    public var memoryBytes: Int64
    /// The part of it that the run takes.
    public var runMemoryBytes: Int64
    /// The forecast of the run's seconds; nil if no speed of this machine is known.
    public var seconds: Double?
    /// What ``seconds`` rests on; nil without it.
    public var timeBasis: TimeBasis?
    /// What a person should know before the start, such as truncated examples.
    public var warnings: [String]
    /// The plans of the phases after it.
    public var later: [TrainingPlan] = []

    /// Creates a plan.
    public init(
        request: TrainingRequest,
        runName: String,
        modelPath: String,
        dataset: String,
        trainingExamples: Int,
        evaluationExamples: Int,
        totalSteps: Int,
        tokensPerEpoch: Int,
        memoryBytes: Int64,
        runMemoryBytes: Int64,
        seconds: Double?,
        timeBasis: TimeBasis? = nil,
        warnings: [String]
    ) {
        self.request = request
        self.runName = runName
        self.modelPath = modelPath
        self.dataset = dataset
        self.trainingExamples = trainingExamples
        self.evaluationExamples = evaluationExamples
        self.totalSteps = totalSteps
        self.tokensPerEpoch = tokensPerEpoch
        self.memoryBytes = memoryBytes
        self.runMemoryBytes = runMemoryBytes
        self.seconds = seconds
        self.timeBasis = timeBasis
        self.warnings = warnings
    }
}

/// The ways to retry a run that is not live.
public struct RetryPlan: Equatable, Sendable, Codable {
    /// The run.
    public var run: RunSummary
    /// The step at which it would resume exactly; nil without a checkpoint.
    public var resumableStep: Int?
    /// Why it cannot resume although there is a checkpoint.
    public var obstacle: String?
    /// The same parameters for a new run; nil if another program started the run.
    public var request: TrainingRequest?

    /// Creates a plan.
    public init(
        run: RunSummary,
        resumableStep: Int?,
        obstacle: String?,
        request: TrainingRequest?
    ) {
        self.run = run
        self.resumableStep = resumableStep
        self.obstacle = obstacle
        self.request = request
    }
}
