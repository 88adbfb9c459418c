package import Training
package import Workspace

/// A fact of the Run pane.
package enum RunAction: Equatable, Sendable {
    /// A run's curves were read.
    case detailed(RunDetail)
    /// A run's curves cannot be read.
    case detailFailed(WorkspaceError)

    /// Open the form for a new run, on a dataset if one is meant.
    case openForm(dataset: String?)
    /// Fill the form with 60 steps, or back.
    case quickLook
    /// Start what the form says.
    case submit
    /// What the form says was checked and forecast.
    case planned(TrainingPlan, request: TrainingRequest, isMeasured: Bool)
    /// What the form says cannot be run.
    case planFailed(WorkspaceError, request: TrainingRequest)
    /// A run started or resumed.
    case started(RunSummary, command: String)
    /// It did not begin.
    case startFailed(WorkspaceError)

    /// Pause the selected run, or continue it.
    case togglePause
    /// Stop the selected run.
    case stop
    /// The selected run's process was asked for something.
    case asked(RunRequest, run: String)
    /// Show what the selected run's model answers.
    case showAnswers
    /// That was read.
    case answersRead(RunSamples?, run: String)
    /// Ask how the selected run can be retried.
    case retry
    /// This is how.
    case retryPlanned(RetryPlan)
    /// Resume a run where it stopped.
    case resume(id: String, name: String)
    /// Run the same parameters again.
    case again(id: String, name: String)
    /// Open the form with these parameters.
    case edit(TrainingRequest)

    /// Mark the selected run for comparison, or take the mark away.
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
    /// Let the detail cover the list.
    case open
}
