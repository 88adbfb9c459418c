import TerminalUI

/// The areas of the Run pane: list and detail side by side, or one of them.
struct RunLayout {
    static let hitPrefix = "run:"

    /// The list with its border; empty while the detail covers it.
    let list: Rect
    /// The detail with its border; empty while the list covers it.
    let detail: Rect

    init(_ state: RunState, _ context: Context) {
        let frame = context.frame
        if frame.isWide, !state.isAlone {
            let width = min(48, max(34, frame.size.width / 4))
            let columns = frame.body.columns([.fixed(width), .ratio(1)])
            list = columns[0]
            detail = columns[1]
        } else {
            let nothing = Rect(x: 0, y: 0, width: 0, height: 0)
            let isAlone = frame.isWide || state.isDetailOpen
            list = isAlone ? nothing : frame.body
            detail = isAlone ? frame.body : nothing
        }
    }

    /// Runs that fit into the list, with one row for the filter.
    var visibleRows: Int { max(1, list.insideBorder.height - 1) }
}
