public import Machine
public import Platform
public import Runs

/// A hint that something in the workspace is new; the store was written before it was published.
///
/// An event lost or seen twice changes nothing: each names what to read again.
public enum WorkspaceEvent: Equatable, Sendable {
    /// A run appeared, or its status, name, tags or parameters changed.
    case runChanged(run: String)
    /// A run did a step, here or in another process.
    case runStep(run: String, StepPoint)
    /// A run measured its held-out loss.
    case runEvaluated(run: String, step: Int, loss: Double)
    /// A run in training answered the prompts it is asked at evaluations.
    case runSampled(run: String, RunSamples)
    /// A run's monitor alerted.
    case runAlerted(run: String, RunAlert)
    /// A run can be resumed at `nextStep` from now on.
    case runCheckpointed(run: String, nextStep: Int)
    /// A run waits: a person paused it, or a write failed (then `reason` says why).
    case runPaused(run: String, step: Int, reason: String?)
    /// A run ended: finished, stopped or failed.
    case runEnded(RunOutcome)
    /// A phase of a chain is over, and the next one has begun, if there is one.
    case phaseEnded(PhaseEnd)
    /// The process that executed the run died.
    case runCrashed(run: String)
    /// More changed than is said one by one: lists and details are to be read again.
    case everythingChanged
    /// A registered model, or all of them when the name is not known.
    case registryChanged(name: String?)
    /// A dataset appeared or went.
    case datasetsChanged
    /// Token statistics of a dataset were computed; `fraction` is 1 when they are complete.
    case datasetMeasured(dataset: String, fraction: Double)
    /// A base model appeared or went.
    case modelsChanged
    /// A download went on.
    case download(DownloadProgress)
    /// Chat loads a target, is ready for it, or cannot have it.
    case chat(ChatState)
    /// The next piece of an answer.
    case answerPiece(AnswerPiece)
    /// An answer ended.
    case answerEnded(AnswerOutcome)
    /// Serving over HTTP begins or ends.
    case serverChanged(ServerState)
    /// The machine was measured.
    case machine(MachineReading)
    /// Something a person should read once.
    case notice(Notice)
}

/// How a run ended.
public struct RunOutcome: Equatable, Sendable, Codable {
    /// The run.
    public var run: String
    /// `finished`, `stopped` or `failed`.
    public var status: RunCondition
    /// Steps done in all.
    public var stepsDone: Int
    /// What it made, when finished: an adapter's folder, or a model's file.
    public var resultPath: String?
    /// The largest resident memory of the process so far, in bytes.
    public var peakResidentBytes: Int64
    /// What a person should know of a finished run: that it ended early, or that its result is not
    /// that of the last step.
    public var conclusion: String?
    /// Why it failed.
    public var failure: WorkspaceError?

    /// Creates an outcome.
    public init(
        run: String,
        status: RunCondition,
        stepsDone: Int,
        resultPath: String? = nil,
        peakResidentBytes: Int64 = 0,
        conclusion: String? = nil,
        failure: WorkspaceError? = nil
    ) {
        self.conclusion = conclusion
        self.run = run
        self.status = status
        self.stepsDone = stepsDone
        self.resultPath = resultPath
        self.peakResidentBytes = peakResidentBytes
        self.failure = failure
    }
}

/// A message for a person, shown once and kept in the log.
public struct Notice: Equatable, Sendable, Codable {
    /// How much it matters.
    public enum Level: String, Sendable, Codable {
        /// Something went as asked.
        case success
        /// Worth knowing.
        case information
        /// Something may not be as wished.
        case warning
        /// Something failed.
        case failure
    }

    /// How much it matters.
    public var level: Level
    /// What happened, to which thing.
    public var message: String
    /// What to do now.
    public var hint: String?

    /// Creates a notice.
    public init(_ level: Level, _ message: String, hint: String? = nil) {
        self.level = level
        self.message = message
        self.hint = hint
    }

    /// The notice that says what an error says.
    public init(_ error: WorkspaceError) {
        self.init(.failure, error.message, hint: error.hint)
    }
}
