package import Runs
package import Tracking
package import Training
package import Workspace

/// A fact of the Run pane.
package enum RunAction: Equatable, Sendable {
    /// A run's curves were read.
    case detailed(RunDetail)
    /// A run's curves cannot be read.
    case detailFailed(WorkspaceError)

    /// Open the form for a new run, optionally on a dataset.
    case openForm(dataset: String?)
    /// Fill the form with 60 steps, or back.
    case quickLook
    /// Start the form's request.
    case submit
    /// The form's request was checked and forecast.
    case planned(TrainingPlan, request: TrainingRequest, isMeasured: Bool)
    /// The form's request cannot be run.
    case planFailed(WorkspaceError, request: TrainingRequest, isMeasured: Bool)
    /// A run started or resumed.
    case started(RunSummary, command: String)
    /// A run cannot be started or resumed.
    case startFailed(WorkspaceError)

    /// Pause the selected run, or continue it.
    case togglePause
    /// Stop the selected run.
    case stop
    /// A request to a run was stored.
    case asked(RunRequest.Kind, run: String)
    /// Show the selected run's evaluation samples.
    case showSamples
    /// Evaluation samples were read.
    case samplesRead(RunSamples?, run: String)
    /// Find out how a run can be retried; nil for the selected one.
    case retry(run: String?)
    /// The ways to retry a run are known.
    case retryPlanned(RetryPlan)
    /// Resume a run where it stopped.
    case resume(id: String, name: String)
    /// Run the same parameters again.
    case again(id: String, name: String)
    /// Open the form with these parameters.
    case edit(TrainingRequest)

    /// Mark the selected run for comparison, or remove the mark.
    case mark
    /// Ask whether to delete the selected run.
    case delete
    /// Delete a run.
    case deleteNow(id: String, name: String)
    /// A run was deleted.
    case deleted(name: String)
    /// Type a filter.
    case filter
    /// Keep the filter and go back to the list.
    case keepFilter
    /// Show a run that another pane names.
    case follow(String)
    /// Show the detail in place of the list.
    case open
}
