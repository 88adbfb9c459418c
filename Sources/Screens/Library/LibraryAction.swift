package import Runs
package import struct Tracking.Alert
package import Workflows
package import Workspace

/// A fact about the lists that all panes share.
package enum LibraryAction: Equatable, Sendable {
    /// Read a list again.
    case refresh(Library.List)
    /// A list cannot be read.
    case failed(Library.List, WorkspaceError)
    /// The runs were read.
    case runs([RunSummary])
    /// A part of the runs was read.
    case runPage(RunPage)
    /// Some runs were read again; those that are not among them are gone.
    case runsAgain([RunSummary], ids: [String])
    /// Some runs cannot be read.
    case runsAgainFailed(WorkspaceError)
    /// The datasets were read.
    case datasets([DatasetSummary])
    /// The base models were read.
    case models([ModelSummary])
    /// The registered models were read, and what a rollback would do to each.
    case registered(
        [RegisteredModelSummary],
        rollbacks: [String: Rollback],
        board: [DeploymentSummary] = []
    )
    /// The chat targets were read; chat opens with the standard one.
    case targets([ChatChoice], standard: ChatChoice)

    /// The alerts were read.
    case alerts([Alert])
    /// The flow runs were read.
    case flowRuns([FlowRunSummary])
    /// One flow run was read again; nil: it is gone.
    case flowRun(FlowRunSummary?, id: String)
    /// One flow run cannot be read.
    case flowRunFailed(WorkspaceError, id: String)
    /// A flow run is new and not in the list yet, or was started again.
    case insertFlowRun(FlowRunSummary)

    /// A description of a run that is being started or resumed; nil when that has ended.
    case starting(String?)
    /// A run is new and not in the list yet.
    case insertRun(RunSummary)
    /// A dataset is new and not in the list yet.
    case insertDataset(DatasetSummary)
    /// Mark a run for comparison, or remove its mark.
    case toggleMark(String)
    /// Remove all marks.
    case unmarkAll
    /// Download a base model; nil for the default one.
    case pull(String?)
    /// Cancel the download.
    case cancelPull
}
