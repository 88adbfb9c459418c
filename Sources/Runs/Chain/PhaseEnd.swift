public import Platform

/// A held-out loss after a phase of several.
public struct PhaseLoss: Equatable, Sendable, Codable {
    /// The phase that is over, from 1.
    public var afterPhase: Int
    /// Which phase's held-out data, from 1.
    public var phase: Int
    /// The name of its data.
    public var dataset: String
    /// Nats a target token.
    public var evaluationLoss: Double

    /// Creates a loss.
    public init(afterPhase: Int, phase: Int, dataset: String, evaluationLoss: Double) {
        self.afterPhase = afterPhase
        self.phase = phase
        self.dataset = dataset
        self.evaluationLoss = evaluationLoss
    }
}

/// What followed the end of a phase of a chain.
public struct PhaseEnd: Equatable, Sendable {
    /// The run that ended.
    public var run: String
    /// How the held-out data of every phase so far is predicted.
    public var losses: [PhaseLoss] = []
    /// Why that could not be computed.
    public var problem: RunError?
    /// The next phase, which has begun.
    public var next: RunSummary?
    /// Why the next phase did not begin.
    public var failure: RunError?

    /// An end that nothing follows.
    public init(run: String) { self.run = run }
}
