import TerminalUI

/// The areas of the Compare pane.
struct CompareLayout {
    static let runPrefix = "compare:"
    static let rowPrefix = "compared:"
    /// The minimum width of a run's values.
    static let columnWidth = 13
    /// Columns that the names of parameters and metrics take.
    static let keyWidth = 20

    /// The whole pane.
    let body: Rect
    /// The curves of the runs side by side.
    let chart: Rect
    /// Their parameters and metrics.
    let table: Rect

    init(_ context: Context) {
        body = context.frame.body
        let hasChart = body.height >= 12
        let parts = body.rows(
            [.ratio(hasChart ? 2 : 0), .ratio(3)],
            sharingBorders: hasChart
        )
        chart = hasChart ? parts[0] : Rect(x: body.x, y: body.y, width: 0, height: 0)
        table = hasChart ? parts[1] : body
    }

    /// Runs that fit into the table under its heading, with one row for the filter.
    var visibleRuns: Int { max(1, body.insideBorder.height - 2) }

    /// Rows that fit side by side under the runs' names.
    var visibleRows: Int { max(1, table.insideBorder.height - 1) }

    /// Runs whose values fit side by side.
    var visibleColumns: Int {
        let width = table.insideBorder.width - 2 - Self.keyWidth
        return max(1, width / (Self.columnWidth + 1))
    }
}
