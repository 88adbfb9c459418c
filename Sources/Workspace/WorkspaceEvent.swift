public import Machine
import Platform
public import Runs

/// A hint that something in the workspace is new; the store was written before it was published.
///
/// An event lost or seen twice changes nothing: each names what to read again.
public enum WorkspaceEvent: Equatable, Sendable {
    /// Something is new about a run.
    case run(RunEvent)
    /// More changed than is said one by one: lists and details are to be read again.
    case everythingChanged
    /// A registered model or its versions changed.
    case registryChanged(name: String)
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
