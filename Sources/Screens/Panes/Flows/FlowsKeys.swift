package import TerminalUI
import Workflows
import Workspace

extension FlowsState {
    package func keys(_ context: Context) -> KeyTable<Scene<FlowsState>, Action> {
        if form != nil { return Self.formKeys }
        if isSearching { return Self.filterKeys }
        return log == nil ? Self.mainKeys : Self.logKeys
    }

    /// Whether a filter or a search has the focus.
    var isSearching: Bool {
        list.isFiltering || opened?.isFiltering == true || log?.isSearching == true
    }

    private static let category = "Flows"
    private static let tasks = "Tasks"

    private static let mainKeys = KeyTable<Scene<FlowsState>, Action>([
        KeyBinding(
            "open-flow",
            [.enter],
            "Go to the tasks; from a task to its run, its flow run or its log",
            category: tasks,
            hint: "open",
            disabledReason: { $0.openReason }
        ) { _ in .flows(.open) },
        KeyBinding(
            "flow-start",
            ["n"],
            "Start a flow",
            category: category,
            hint: "start",
            argument: "flow",
            disabledReason: { $0.context.obstacle ?? $0.state.starting }
        ) { _, file in .flows(.start(file: file)) },
        KeyBinding(
            "flow-retry",
            ["R"],
            "Retry the flow run, or fork it",
            category: category,
            hint: "retry",
            disabledReason: { $0.retryReason }
        ) { _ in .flows(.retry(run: nil)) },
        KeyBinding(
            "flow-why",
            ["w"],
            "Show why a task ran or did not",
            category: tasks,
            hint: "why",
            argument: "task",
            disabledReason: { $0.taskReason }
        ) { _, task in .flows(.why(task: task)) },
        KeyBinding(
            "task-log",
            ["l"],
            "Show the log of the task",
            category: tasks,
            hint: "log",
            disabledReason: { $0.taskReason }
        ) { _ in .flows(.toggleLog) },
        KeyBinding(
            "flow-approve",
            ["A"],
            "Approve a task that waits, or deny it",
            category: category,
            hint: "approve",
            disabledReason: { scene in
                scene.reason { $0.awaitsApproval.isEmpty ? "waits for no approval" : nil }
            }
        ) { _ in .flows(.approve) },
        KeyBinding(
            "flow-pause",
            ["p"],
            "Pause the flow run, or continue it",
            category: category,
            hint: "pause",
            disabledReason: { scene in
                scene.reason { run in
                    switch run.state {
                    case .pending, .running, .paused: nil
                    case .waitingApproval: "waits for an approval, A decides"
                    case .completed, .failed, .crashed, .cancelled: "is not live"
                    }
                }
            }
        ) { _ in .flows(.togglePause) },
        KeyBinding(
            "flow-cancel",
            ["x"],
            "Cancel the flow run",
            category: category,
            hint: "cancel",
            disabledReason: { scene in
                scene.reason { $0.state.isTerminal ? "is not live" : nil }
            }
        ) { _ in .flows(.cancel) },
        KeyBinding(
            "flow-graph",
            ["g"],
            "Show tasks as a graph or as a list",
            category: tasks,
            hint: "graph",
            disabledReason: { $0.graphReason }
        ) { _ in .flows(.toggleGraph) },
        KeyBinding(
            "flow-timeline",
            ["v"],
            "Show tasks over time, or back",
            category: tasks,
            disabledReason: { $0.tasksReason }
        ) { _ in .flows(.toggleTimeline) },
        KeyBinding(
            "flow-matrix",
            ["space"],
            "Show the tasks of a matrix, or one row for all",
            category: tasks,
            disabledReason: { $0.matrixReason }
        ) { _ in .flows(.toggleMatrix) },
        KeyBinding(
            "flow-files",
            ["f"],
            "Go to the flows and their schedules, or back",
            category: category,
            hint: "flows"
        ) { _ in .flows(.showFiles) },
        KeyBinding(
            "flow-schedule",
            ["o"],
            "Switch the schedule on or off",
            category: category,
            disabledReason: { $0.scheduleReason }
        ) { _ in .flows(.toggleSchedule) },
        KeyBinding("filter", ["/"], "Filter the list", category: category, hint: "filter") {
            _ in .flows(.filter)
        },
        KeyBinding(
            "flow-delete",
            ["D"],
            "Delete the flow run",
            category: category,
            disabledReason: { scene in
                scene.reason { $0.state.isTerminal ? nil : "is still live, x stops it" }
            }
        ) { _ in .flows(.delete) },
    ])

    private static let logKeys = KeyTable<Scene<FlowsState>, Action>([
        KeyBinding("close-log", ["l"], "Close the log", category: tasks, hint: "close") {
            _ in .flows(.toggleLog)
        },
        KeyBinding("search-log", ["/"], "Search the log", category: tasks, hint: "search") {
            _ in .flows(.filter)
        },
        KeyBinding(
            "next-match",
            ["n"],
            "Go to the next line with the text",
            category: tasks,
            hint: "next",
            disabledReason: { $0.searchReason }
        ) { _ in .flows(.find(backwards: false)) },
        KeyBinding(
            "previous-match",
            ["N"],
            "Go to the line with the text before",
            category: tasks,
            hint: "previous",
            disabledReason: { $0.searchReason }
        ) { _ in .flows(.find(backwards: true)) },
        KeyBinding(
            "flow-why",
            ["w"],
            "Show why the task ran or did not",
            category: tasks,
            hint: "why"
        ) { _ in .flows(.why(task: nil)) },
    ])

    private static let filterKeys = KeyTable<Scene<FlowsState>, Action>([
        KeyBinding("keep-filter", [.enter], "Keep the text", category: category, hint: "keep") {
            _ in .flows(.keepFilter)
        },
        KeyBinding("clear-filter", [.escape], "Clear the text", category: category, hint: "clear") {
            _ in .screen(.stepOut)
        },
    ])

    private static let formKeys = KeyTable<Scene<FlowsState>, Action>([
        KeyBinding(
            "start-flow",
            [.enter],
            "Start",
            category: "Flow form",
            hint: "start",
            disabledReason: { $0.state.form?.isStarting == true ? "it is being started" : nil }
        ) { _ in .flows(.submit) },
        KeyBinding(
            "close-form",
            [.escape],
            "Close the form",
            category: "Flow form",
            hint: "close"
        ) { _ in .screen(.stepOut) },
    ])
}

extension Scene<FlowsState> {
    /// The selected flow run.
    var selectedFlow: FlowRunSummary? { state.selected(in: context.library) }

    /// Why a change of the selected flow run is not possible.
    func reason(_ check: (FlowRunSummary) -> String?) -> String? {
        if let obstacle = context.obstacle { return obstacle }
        guard let run = selectedFlow else { return "no flow run is selected" }
        return check(run).map { "\(run.flow) \($0)" }
    }

    var retryReason: String? {
        state.starting
            ?? reason { run in
                switch run.state {
                case .paused: "is paused, p continues it"
                case .waitingApproval: "waits for an approval, A decides"
                case .pending, .running: "is still live, x stops it"
                case .completed, .failed, .crashed, .cancelled: nil
                }
            }
    }

    /// Why there are no tasks.
    var tasksReason: String? {
        guard selectedFlow != nil else { return "no flow run is selected" }
        return state.tasks(in: context.library) == nil ? "its tasks are being read" : nil
    }

    var taskReason: String? {
        tasksReason ?? (state.opened?.item == nil ? "no task is selected" : nil)
    }

    var matrixReason: String? {
        if let reason = tasksReason { return reason }
        guard let board = state.opened?.board else { return nil }
        switch state.opened?.item {
        case .matrix: return nil
        case .task(let place):
            return board.expanded.contains(board.tasks[place].name)
                ? nil : "the task has no matrix"
        case nil: return "no task is selected"
        }
    }

    var graphReason: String? {
        if let reason = tasksReason { return reason }
        guard context.frame.isWide else { return "the screen is narrower than 100 columns" }
        return state.opened?.board.layout == nil ? "there are too many tasks to draw" : nil
    }

    var scheduleReason: String? {
        if let obstacle = context.obstacle { return obstacle }
        guard state.focus == .files else { return "f shows the schedules" }
        return state.files.selectedSchedule == nil ? "no schedule is selected" : nil
    }

    var openReason: String? {
        switch state.focus {
        case .runs: tasksReason
        case .tasks: state.opened?.item == nil ? "no task is selected" : nil
        case .files:
            context.obstacle ?? (state.files.selectedFile == nil ? "no flow is selected" : nil)
        }
    }

    var searchReason: String? {
        state.log?.search.text.isEmpty == false ? nil : "/ searches for a text first"
    }
}
