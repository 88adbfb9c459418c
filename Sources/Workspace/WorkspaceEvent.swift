public import Machine
import Platform
public import Runs
public import Tracking
public import Workflows

/// A change in the workspace, published after it is written to the store.
///
/// An event only names what to read again, so receiving it twice does no harm.
public enum WorkspaceEvent: Equatable, Sendable {
    /// A run changed.
    case run(RunEvent)
    /// A flow run or a schedule changed.
    case flow(FlowEvent)
    /// Too much changed for separate events: all lists and details must be read again.
    case everythingChanged
    /// A registered model or its versions changed.
    case registryChanged(name: String)
    /// A dataset was added or removed.
    case datasetsChanged
    /// Token statistics of a dataset were computed; `fraction` is 1 when they are complete.
    case datasetMeasured(dataset: String, fraction: Double)
    /// A base model was added or removed.
    case modelsChanged
    /// A download progressed or ended.
    case download(DownloadProgress)
    /// Chat is loading its target, is ready, or cannot load it.
    case chat(ChatState)
    /// The next piece of an answer.
    case answerPiece(AnswerPiece)
    /// An answer ended.
    case answerEnded(AnswerOutcome)
    /// The HTTP server started or stopped.
    case serverChanged(ServerState)
    /// The machine was sampled.
    case machine(MachineReading)
    /// An alert was raised, here or in another process.
    case alert(Alert)
    /// Alerts were acknowledged, repeated or delivered.
    case alertsChanged
    /// A notice to show once.
    case notice(Notice)
}
