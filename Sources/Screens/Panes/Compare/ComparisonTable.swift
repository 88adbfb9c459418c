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
        case values(key: String, values: [String?], best: [Int])
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
        rows += Self.section("metrics", measured.map(Self.rounded))
        if opened.showsAll {
            rows += Self.section("machine", machine.map(Self.rounded))
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
                    case .values(let key, let values, let best):
                        [key]
                            + values.enumerated().map { index, value in
                                (value ?? "") + (best.contains(index) ? " *" : "")
                            }
                    }
                }
        )
    }

    private static func isOfMachine(_ row: RunComparison.Row) -> Bool {
        row.key.hasPrefix("system/") && row.key != MetricName.residentBytes
    }

    private static func section(_ title: String, _ rows: [RunComparison.Row]) -> [Row] {
        guard !rows.isEmpty else { return [] }
        return [.heading(title)]
            + rows.map { .values(key: $0.key, values: $0.values, best: $0.best) }
    }

    /// Metrics with four significant digits, or whole where they count something.
    private static func rounded(_ row: RunComparison.Row) -> RunComparison.Row {
        var row = row
        row.values = row.values.map { text in
            guard let text, let number = Double(text) else { return text }
            if let whole = Int(exactly: number), abs(number) < 1e15 {
                return row.key == MetricName.residentBytes
                    ? Figures.bytes(Int64(whole)) : "\(whole)"
            }
            return Figures.significant(number, digits: 4)
        }
        return row
    }
}
