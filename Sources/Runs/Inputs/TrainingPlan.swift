public import Training

/// What a request would do, checked and forecast before anything starts.
public struct TrainingPlan: Equatable, Sendable, Codable {
    /// The request with every open choice made.
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
    /// What the program will hold at the run's peak, in bytes: what it holds now, and an estimate
    /// from shapes of what the run takes.
    public var memoryBytes: Int64
    /// What of it the run takes.
    public var runMemoryBytes: Int64
    /// Seconds the run will take: measured on this machine, with this model and data.
    public var seconds: Double?
    /// What a person should know before starting, such as examples that are cut.
    public var warnings: [String]
    /// What the phases after it would do.
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
        self.warnings = warnings
    }
}

/// What `R` offers on a run that is not live.
public struct RetryPlan: Equatable, Sendable, Codable {
    /// The run.
    public var run: RunSummary
    /// The step at which it would go on, exactly; nil without a checkpoint.
    public var resumableStep: Int?
    /// Why it cannot go on, where there is a checkpoint and still it cannot.
    public var obstacle: String?
    /// The same parameters, for a new run; nil for a run that this program did not start.
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
