package import FoundationEssentials
package import TerminalUI
package import Workflows
package import Workspace

/// What the Flows pane shows and remembers.
package struct FlowsState: Equatable, Sendable {
    /// Which part the keys are for.
    package enum Focus: Equatable, Sendable {
        /// The flow runs.
        case runs
        /// The tasks of the selected flow run.
        case tasks
        /// The flows that can be started, and their schedules.
        case files
    }

    /// How tasks are shown.
    package enum TaskView: Equatable, Sendable {
        /// As a graph, where there is room.
        case graph
        /// As a list.
        case list
        /// As bars over time.
        case timeline
    }

    /// The list of flow runs.
    package var list = ListState<String>()
    /// Which part the keys are for.
    package var focus = Focus.runs
    /// How tasks are shown.
    package var view = TaskView.graph
    /// The flow run whose tasks are shown; nil before it has been read.
    package var opened: OpenedFlow?
    /// The opened log of the selected task; nil while it is closed.
    package var log: FlowLogState?
    /// The files and schedules.
    package var files = FlowFiles()
    /// The form of a new flow run or a fork.
    package var form: FlowForm?
    /// Why the selected flow run cannot be read.
    package var problem: FlowProblem?
    /// The flow run that is being retried or started, in words.
    package var starting: String?
    /// The tasks that were left for the flow run they started, the first one first.
    var visits: [SubflowVisit] = []
    /// The states of the live flow runs that other processes execute.
    var elsewhere: [String: FlowState] = [:]
    var reading = Refresh()
    var readingTask = Refresh()
    var readingLog = Refresh()
    /// When durations are drawn again, and the log of another process is looked at; nil while no live
    /// flow run is on the screen.
    package internal(set) var nextLook: Date?
    /// The task to select once its flow run has been read.
    var wantedTask: String?
    /// The task that cannot be read.
    var failedTask: FlowPlace?
    /// Why flow runs as a whole wait, as it was reported last.
    var obstacles: [String: String] = [:]
    /// Whether the opened flow run changed while another pane was shown.
    var isFlowStale = false
    /// Whether what was read of the selected task is older than an event.
    var isTaskStale = false
    /// Whether the log has lines that were not read.
    var isLogStale = false

    package init() {}

    /// The flow runs that match the filter.
    package func shown(in library: Library) -> [FlowRunSummary] {
        let filter = FlowFilter(list.filter.text)
        return (library.flowRuns ?? []).filter(filter.accept)
    }

    /// The selected flow run.
    package func selected(in library: Library) -> FlowRunSummary? {
        if list.filter.text.isEmpty, let run = library.flowRun(list.selected) { return run }
        let shown = shown(in: library)
        return list.position(in: shown.map(\.id)).map { shown[$0] }
    }

    /// The tasks of the selected flow run, if they have been read.
    package func tasks(in library: Library) -> OpenedFlow? {
        opened.flatMap { $0.id == selected(in: library)?.id ? $0 : nil }
    }

    /// The selected task.
    package func selectedTask(in library: Library) -> TaskSummary? {
        tasks(in: library)?.selected
    }

    /// How tasks are shown on this screen.
    func taskView(_ context: Context) -> TaskView {
        let isDrawn = context.frame.isWide && opened?.board.layout != nil
        let isFiltered = opened?.board.filter.isEmpty == false
        return view == .graph && (!isDrawn || isFiltered) ? .list : view
    }
}

/// A flow run that cannot be read.
package struct FlowProblem: Equatable, Sendable {
    /// The flow run.
    package var run: String
    /// Why.
    package var error: WorkspaceError
}

/// Words that filter a list of flow runs: all must occur, except those after `!`, which must not.
struct FlowFilter {
    private let words: WordFilter

    init(_ text: String) { words = WordFilter(text) }

    func accept(_ run: FlowRunSummary) -> Bool {
        words.isEmpty
            || words.accept(
                [run.flow, run.state.rawValue.replacing("_", with: " "), run.path, run.id]
            )
    }
}
