public import Platform

/// How a run ended.
public struct RunOutcome: Equatable, Sendable, Codable {
    /// The run.
    public var run: String
    /// `finished`, `stopped` or `failed`.
    public var status: RunCondition
    /// The number of completed steps.
    public var stepsDone: Int
    /// The result of a finished run: an adapter's folder, or a model's file.
    public var resultPath: String?
    /// The largest resident memory of the process so far, in bytes.
    public var peakResidentBytes: Int64
    /// What a person should know about a finished run: that it ended early, or that its result is not
    /// that of the last step.
    public var conclusion: String?
    /// Why it failed.
    public var failure: RunError?
    /// Whether it failed because of its numbers, so that the same steps would fail again; only known
    /// in the process that executed it.
    public var hasDiverged = false

    private enum CodingKeys: String, CodingKey {
        case run, status, stepsDone, resultPath, peakResidentBytes, conclusion, failure
    }

    /// Creates an outcome.
    public init(
        run: String,
        status: RunCondition,
        stepsDone: Int,
        resultPath: String? = nil,
        peakResidentBytes: Int64 = 0,
        conclusion: String? = nil,
        failure: RunError? = nil
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
