import Runs
package import TerminalUI
import Workspace

extension CompareState {
    package func keys(_ context: Context) -> KeyTable<Scene<CompareState>, Action> {
        if list.isFiltering { return Self.filterKeys }
        return opened == nil ? Self.runKeys : Self.comparisonKeys
    }

    private static let category = "Compare"

    private static let runKeys = KeyTable<Scene<CompareState>, Action>([
        KeyBinding(
            "mark",
            ["m", "space"],
            "Mark the run for comparison",
            category: category,
            hint: "mark",
            disabledReason: { $0.selectedRun == nil ? "no run is selected" : nil }
        ) { _ in .compare(.mark) },
        KeyBinding(
            "compare",
            [.enter, "v"],
            "Show the marked runs side by side",
            category: category,
            hint: "side by side",
            disabledReason: { scene in
                switch scene.context.library.marks.count {
                case 0: "mark two or more runs with m first"
                case 1: "mark one more run with m"
                default: nil
                }
            }
        ) { _ in .compare(.open) },
        KeyBinding("sort", ["o"], "Sort by the next column", category: category, hint: "sort") {
            _ in
            .compare(.nextOrder)
        },
        KeyBinding("reverse", ["O"], "Reverse the order", category: category, hint: "reverse") {
            _ in .compare(.reverseOrder)
        },
        KeyBinding("filter", ["/"], "Filter the table", category: category, hint: "filter") {
            _ in .compare(.filter)
        },
        KeyBinding(
            "register",
            ["e"],
            "Register the run's adapter as a version",
            category: category,
            hint: "register",
            disabledReason: { scene in
                if let obstacle = scene.context.obstacle { return obstacle }
                guard let run = scene.selectedRun else { return "no run is selected" }
                return run.resultPath == nil ? "\(run.name) has no finished adapter" : nil
            }
        ) { scene in .registry(.register(run: scene.selectedRun?.id)) },
        KeyBinding(
            "retry",
            ["R"],
            "Resume the run, run it again, or retry its flow",
            category: category,
            disabledReason: { scene in
                if let obstacle = scene.context.obstacle { return obstacle }
                guard let run = scene.selectedRun else { return "no run is selected" }
                return run.status.isLive ? "\(run.name) is still live" : nil
            }
        ) { scene in .run(.retry(run: scene.selectedRun?.id)) },
        KeyBinding(
            "unmark",
            ["u"],
            "Clear marks",
            category: category,
            disabledReason: { $0.context.library.marks.isEmpty ? "no run is marked" : nil }
        ) { _ in .compare(.unmarkAll) },
        KeyBinding("copy-table", ["Y"], "Copy the whole table", category: category) { _ in
            .compare(.copyTable)
        },
    ])

    private static let comparisonKeys = KeyTable<Scene<CompareState>, Action>([
        KeyBinding(
            "all-parameters",
            ["a"],
            "Show all parameters, or only those that differ",
            category: category,
            hint: "all or differing"
        ) { _ in .compare(.toggleAll) },
        KeyBinding(
            "curve",
            ["c"],
            "Draw the held-out loss, or the loss of the steps",
            category: category,
            hint: "loss or eval"
        ) { _ in .compare(.otherCurve) },
        KeyBinding(
            "copy-table",
            ["Y"],
            "Copy the whole table",
            category: category,
            hint: "copy",
            disabledReason: { $0.state.opened?.table == nil ? "the runs are being read" : nil }
        ) { _ in .compare(.copyTable) },
        KeyBinding("back", ["v"], "Go back to the table", category: category, hint: "back") { _ in
            .screen(.stepOut)
        },
    ])

    private static let filterKeys = KeyTable<Scene<CompareState>, Action>([
        KeyBinding("keep-filter", [.enter], "Keep the filter", category: category, hint: "keep") {
            _ in .compare(.keepFilter)
        },
        KeyBinding("clear-filter", [.escape], "Clear the filter", category: category, hint: "clear")
        {
            _ in .screen(.stepOut)
        },
    ])
}

extension Scene<CompareState> {
    /// The run selected in the table.
    fileprivate var selectedRun: RunSummary? { state.selected(context) }
}
