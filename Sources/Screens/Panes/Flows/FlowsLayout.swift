import TerminalUI

/// The areas of the Flows pane: flow runs and files on the left, tasks and details on the right, or
/// one of them on a narrow screen.
struct FlowsLayout {
    static let runPrefix = "flow:"
    static let taskPrefix = "task:"
    static let filePrefix = "file:"

    /// The list of flow runs with its border; empty while something covers it.
    private(set) var runs: Rect
    /// The files and schedules.
    private(set) var files: Rect
    /// The tasks.
    private(set) var tasks: Rect
    /// What is known of the selected thing.
    private(set) var detail: Rect
    /// The opened log.
    private(set) var log: Rect

    init(_ state: FlowsState, _ context: Context) {
        let body = context.frame.body
        let nothing = Rect(x: body.x, y: body.y, width: 0, height: 0)
        runs = nothing
        files = nothing
        tasks = nothing
        detail = nothing
        log = nothing
        guard context.frame.isWide else {
            switch state.focus {
            case _ where state.log != nil: log = body
            case .tasks:
                let axis = state.view == .timeline ? 1 : 0
                let rows = (state.opened?.board.rows.count ?? 0) + axis
                (tasks, detail) = Self.split(body, top: max(5, min(rows, body.height / 2) + 2))
            case .files: (files, detail) = Self.split(body, top: body.height * 3 / 5)
            case .runs where context.library.flowRuns?.isEmpty != false: runs = body
            case .runs: (runs, detail) = Self.split(body, top: body.height * 3 / 5)
            }
            return
        }
        let columns = body.columns([.fixed(min(52, max(38, body.width / 4))), .ratio(1)])
        let left = columns[0].rows([.ratio(3), .ratio(2)])
        runs = left[0]
        files = left[1]
        let right = columns[1]
        guard state.log == nil else {
            log = right
            return
        }
        let needed: Int
        switch state.taskView(context) {
        case .graph: needed = (state.opened?.board.layout?.size.height ?? 3) + 2
        case .list: needed = (state.opened?.board.rows.count ?? 3) + 2
        case .timeline: needed = (state.opened?.board.rows.count ?? 3) + 3
        }
        (tasks, detail) = Self.split(right, top: min(max(7, needed), right.height * 3 / 5))
    }

    private static func split(_ rect: Rect, top: Int) -> (Rect, Rect) {
        let parts = rect.rows([.fixed(min(top, rect.height)), .ratio(1)], sharingBorders: true)
        return (parts[0], parts[1])
    }

    /// Flow runs that fit into the list, with one row for the filter.
    var visibleRuns: Int { max(1, runs.insideBorder.height - 1) }
    /// Rows of tasks that fit.
    var visibleTasks: Int { max(1, tasks.insideBorder.height - 1) }
    /// Files and schedules that fit.
    var visibleFiles: Int { max(1, files.insideBorder.height - 1) }
    /// Lines of the log that fit.
    var visibleLines: Int { FlowLogView.visibleRows(in: log) }
}
