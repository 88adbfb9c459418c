package import Workflows
package import Workspace

/// A fact of the Flows pane.
package enum FlowsAction: Equatable, Sendable {
    /// A flow run was read.
    case detailed(FlowRunDetail)
    /// A flow run cannot be read.
    case detailFailed(WorkspaceError, run: String)
    /// A task was read.
    case taskRead(TaskDetail, run: String)
    /// A task cannot be read.
    case taskFailed(WorkspaceError, task: String, run: String)
    /// A page of a task's log was read.
    case logRead(TaskLogPage, task: String, run: String, after: Int)
    /// A task's log cannot be read.
    case logFailed(WorkspaceError, task: String, run: String)
    /// Files and schedules were read.
    case filesRead([FlowFileSummary], [ScheduleSummary], FlowFiles.Executor)
    /// Files and schedules cannot be read.
    case filesFailed(WorkspaceError)

    /// Show a flow run, and optionally a task.
    case select(run: String, task: String?)
    /// Show a schedule, by its id.
    case showSchedule(String)
    /// Go to the tasks, or open what is selected.
    case open
    /// Go to the files and schedules, or back.
    case showFiles
    /// Show tasks as a graph or as a list.
    case toggleGraph
    /// Show tasks over time, or back.
    case toggleTimeline
    /// Show the tasks of a matrix, or one row for all.
    case toggleMatrix
    /// Move the cursor in the graph.
    case step(columns: Int, rows: Int)
    /// Open the log of the selected task, or close it.
    case toggleLog
    /// Type a filter or a search.
    case filter
    /// Keep the filter or the search.
    case keepFilter
    /// Go to the next line with the searched text, or the one before.
    case find(backwards: Bool)
    /// Show why the selected task ran or did not; optionally another one.
    case why(task: String?)
    /// The reasons are known.
    case whyRead([String], task: String)

    /// Choose a flow to start.
    case start(file: String?)
    /// The parameters of a flow are known.
    case outlined(FlowOutline)
    /// A flow cannot be read.
    case outlineFailed(WorkspaceError, path: String)
    /// The plan of the form is known.
    case planned(FlowPlan, FlowOrder)
    /// The form's answers cannot be run.
    case planFailed(WorkspaceError, FlowOrder)
    /// Start what the form says.
    case submit
    /// A flow run started or is retried.
    case started(FlowRunSummary, command: String)
    /// A flow run cannot be started or retried.
    case startFailed(WorkspaceError)

    /// Plan a retry; nil for the selected flow run.
    case retry(run: String?)
    /// Plan a retry with an order.
    case planRetry(run: String, FlowOrder)
    /// The plan of a retry is known.
    case retryPlanned(FlowPlan, FlowOrder, run: String)
    /// Show the whole plan.
    case showPlan(FlowPlan)
    /// Retry.
    case retryNow(run: String, FlowOrder, secret: Set<String>)
    /// Open the form with the parameters of a flow run.
    case edit(run: String, FlowPlan)

    /// Ask whether to cancel the selected flow run.
    case cancel
    /// Pause the selected flow run, or continue it.
    case togglePause
    /// Approve a task, or deny it.
    case approve
    /// Decide about a task.
    case decide(run: String, task: String)
    /// Ask for the reason of a decision.
    case askReason(run: String, task: String, isApproved: Bool)
    /// Approve or deny a task.
    case decideNow(run: String, task: String, isApproved: Bool, reason: String)
    /// Ask whether to delete the selected flow run.
    case delete
    /// Do something with a flow run.
    case control(FlowControl, run: String)
    /// It was done.
    case controlled(FlowControl, run: String)
    /// Switch the selected schedule on or off.
    case toggleSchedule
}

/// What can be done with a flow run without a plan.
package enum FlowControl: String, Equatable, Sendable {
    /// End its tasks.
    case cancel
    /// Begin no more tasks.
    case pause
    /// Continue.
    case resume
    /// Remove it.
    case delete
}

/// What the form needs to know of a flow.
package struct FlowOutline: Equatable, Sendable {
    /// The name.
    package var name: String
    /// The absolute path of the file.
    package var path: String
    /// The parameters.
    package var parameters: [FlowParameter]

    package init(name: String, path: String, parameters: [FlowParameter]) {
        self.name = name
        self.path = path
        self.parameters = parameters
    }
}
