import TerminalUI

/// The areas of the Data pane.
struct DataLayout {
    static let datasetPrefix = "dataset:"
    static let rowPrefix = "row:"
    static let findingPrefix = "finding:"

    /// The list of datasets with its border; empty while rows cover it.
    let datasets: Rect
    /// The selected dataset's facts; empty while its rows are shown.
    let facts: Rect
    /// The opened dataset's rows; empty while none is opened or a row covers them.
    let rows: Rect
    /// The selected row's or finding's text; empty while neither is shown.
    let text: Rect
    /// The findings; empty while they are not shown or rows cover them.
    let findings: Rect

    init(_ state: DataState, _ context: Context) {
        let frame = context.frame
        let body = frame.body
        let nothing = Rect(x: body.x, y: body.y, width: 0, height: 0)
        let opened = state.opened
        let columns = body.columns([.fixed(min(48, max(34, body.width / 3))), .ratio(1)])
        let main = frame.isWide ? columns[1] : body
        guard opened != nil || state.findings != nil else {
            let parts = body.rows([.ratio(1), .fixed(min(9, body.height / 2))])
            datasets = frame.isWide ? columns[0] : parts[0]
            facts = frame.isWide ? columns[1] : parts[1]
            rows = nothing
            text = nothing
            findings = nothing
            return
        }
        datasets = frame.isWide ? columns[0] : nothing
        facts = nothing
        let parts = main.rows([.ratio(2), .ratio(3)], sharingBorders: true)
        rows = opened == nil || opened?.isRowOpen == true ? nothing : parts[0]
        findings = opened == nil ? parts[0] : nothing
        text = opened?.isRowOpen == true ? main : parts[1]
    }

    /// Datasets that fit into the list under its heading.
    var visibleDatasets: Int { max(1, datasets.insideBorder.height - 1) }

    /// Rows that fit.
    var visibleRows: Int { max(1, rows.insideBorder.height) }
}
