public import Platform

/// A held-out loss after a phase of several.
public struct PhaseLoss: Equatable, Sendable, Codable {
    /// The ended phase, from 1.
    public var afterPhase: Int
    /// The phase that the held-out data belongs to, from 1.
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

/// The end of a phase of a chain, and what followed.
public struct PhaseEnd: Equatable, Sendable {
    /// The run that ended.
    public var run: String
    /// The losses on the held-out data of every phase so far.
    public var losses: [PhaseLoss] = []
    /// Why they could not be computed.
    public var problem: RunError?
    /// The next phase, which has started.
    public var next: RunSummary?
    /// Why the next phase did not start.
    public var failure: RunError?

    /// An end without a next phase.
    public init(run: String) { self.run = run }
}
