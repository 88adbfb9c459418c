package import Runs
package import TerminalUI
package import Workspace

/// What the Compare pane shows and remembers.
package struct CompareState: Equatable, Sendable {
    /// The table of runs.
    package var list = ListState<String>()
    /// What the table is sorted by.
    package var order = RunOrder()
    /// The runs side by side; nil while there is only the table.
    package var opened: OpenedComparison?
    /// The result of a filter of clauses; nil for a filter of words.
    package var search: RunSearch?
    var reading = Refresh()
    var searching = Refresh()

    package init() {}
}

/// Runs side by side.
package struct OpenedComparison: Equatable, Sendable {
    /// Which curve is drawn.
    package enum Curve: Equatable, Sendable {
        /// The loss of every step.
        case loss
        /// The held-out loss.
        case evaluation
    }

    /// One run's curves.
    package struct Curves: Equatable, Sendable {
        /// The loss of every step.
        package var losses: SampleSeries
        /// The held-out losses.
        package var evaluations: SampleSeries
    }

    /// The runs, in the order in which they are shown.
    package let runs: [String]
    /// Their parameters and metrics as last read; nil before the first time.
    package var table: RunComparison?
    /// Their curves, by run.
    package var curves: [String: Curves] = [:]
    /// Why they cannot be compared.
    package var problem: WorkspaceError?
    /// Whether parameters that are the same in all runs are shown too.
    package var showsAll = false
    /// Which curve is drawn.
    package var curve = Curve.loss
    /// The selected row of the table.
    package var list = ListState<Int>(0)
    /// The first run whose column is shown.
    package var firstColumn = 0

    package init(runs: [String]) { self.runs = runs }

    /// Shows a comparison that was read.
    mutating func take(_ comparison: RunComparison) {
        func samples(_ series: MetricSeries) -> SampleSeries {
            SampleSeries(xs: series.steps.map(Double.init), ys: series.values)
        }
        for (index, run) in comparison.runs.enumerated() {
            guard comparison.losses.indices.contains(index),
                comparison.evaluationLosses.indices.contains(index)
            else { continue }
            curves[run.id] = Curves(
                losses: samples(comparison.losses[index]),
                evaluations: samples(comparison.evaluationLosses[index])
            )
        }
        table = comparison
        table?.losses = []
        table?.evaluationLosses = []
        problem = nil
    }

    /// Updates a run; its curves stay.
    mutating func take(_ run: RunSummary) { table?.update(run) }

    /// Adds a sample to a run's curve; false if samples between are missing.
    mutating func extend(
        _ curve: WritableKeyPath<Curves, SampleSeries>,
        of run: String,
        step: Int,
        value: Double
    ) -> Bool {
        // Removed first, so that the reference is unique and no curve is copied.
        guard var extended = curves.removeValue(forKey: run) else { return true }
        defer { curves[run] = extended }
        return extended[keyPath: curve].append(step: step, value: value)
    }
}
