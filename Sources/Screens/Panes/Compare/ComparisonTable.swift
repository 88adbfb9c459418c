import Presentation
import Runs
import TerminalUI
import Workspace

/// The rows of a comparison of runs: differing parameters, then metrics.
struct ComparisonTable {
    /// One row.
    enum Row {
        /// A heading of the rows below.
        case heading(String)
        /// One value per run.
        case values(RunComparison.Row)
    }

    let runs: [RunSummary]
    let rows: [Row]

    /// The rows of a comparison; nil before it has been read.
    init?(_ opened: OpenedComparison) {
        guard let table = opened.table else { return nil }
        runs = table.runs
        // The differences explain the results, so they come first.
        let differing = table.differingParameters
        var rows = Self.section("what differs", differing)
        if differing.isEmpty { rows.append(.heading("nothing differs")) }
        // Metrics of the machine are shown on request.
        let machine = table.metrics.filter(Self.isOfMachine)
        let measured = table.metrics.filter { !Self.isOfMachine($0) }
        rows += Self.section("metrics", measured.map(\.formatted))
        if opened.showsAll {
            rows += Self.section("machine", machine.map(\.formatted))
            rows += Self.section("what is the same", table.commonParameters)
        }
        self.rows = rows
    }

    /// The table as tab-separated text, the best values marked with a star.
    var text: String {
        let names = ["run"] + runs.map(\.name)
        return TabbedText.of(
            [names]
                + rows.map { row in
                    switch row {
                    case .heading(let title): [title]
                    case .values(let row): row.cells(none: "")
                    }
                }
        )
    }

    private static func isOfMachine(_ row: RunComparison.Row) -> Bool {
        row.key.hasPrefix("system/") && row.key != MetricName.residentBytes
    }

    private static func section(_ title: String, _ rows: [RunComparison.Row]) -> [Row] {
        guard !rows.isEmpty else { return [] }
        return [.heading(title)] + rows.map { .values($0) }
    }
}
