import Presentation
package import TerminalUI
import Training
package import Workspace

/// What the Run pane shows and remembers.
package struct RunState: Equatable, Sendable {
    /// The list: the selected run is the one that the detail shows.
    package var list = ListState<String>()
    /// Whether the detail covers the list, where there is room for one.
    package var isDetailOpen = false
    /// Whether the detail covers the list, where there is room for both.
    package var isAlone = false
    /// The curves of the selected run; those of another until they have been read.
    package var curves: RunCurves?
    /// The form for a new run, while it is open.
    package var form: TrainForm?
    /// The dataset of a form that opens as soon as models and datasets have been read, empty for
    /// any; nil when none is to open.
    package var wantedForm: String?
    /// Runs whose next phase is about to be started.
    package var phasesToCome: Set<String> = []
    /// Forecast memory of runs started here, in bytes.
    package var forecasts: [String: Int64] = [:]
    /// The last checkpoint of a run that was reported.
    var toldCheckpoints: [String: Int] = [:]
    /// What is being measured, for the form or for one that was closed.
    var measuring: TrainingRequest?
    /// Whether that measurement was given up.
    var isMeasurementAbandoned = false
    /// Whether the machine is being measured, since a run is live.
    var isFollowingMachine = false
    /// Whether the runs have been read before; the first time, a live one is selected.
    var hasSeenRuns = false
    var reading = Refresh()

    package init() {}

    /// The runs that fit the filter.
    package func shown(in library: Library) -> [RunSummary] {
        let terms = RunFilter(list.filter.text)
        return (library.runs ?? []).filter { !$0.isDeleted && terms.accept($0) }
    }

    /// The selected run.
    package func selected(in library: Library) -> RunSummary? {
        // Asked for by every binding, and nearly always found without looking at all runs.
        if let run = library.run(list.selected), !run.isDeleted,
            RunFilter(list.filter.text).accept(run)
        {
            return run
        }
        let shown = shown(in: library)
        return list.position(in: shown.map(\.id)).map { shown[$0] }
    }

    /// The finished runs that a new one can continue, newest first, each by a name of its own.
    static func starts(in library: Library) -> [TrainForm.Start] {
        var names: Set<String> = []
        return (library.runs ?? []).compactMap { run in
            guard !run.isDeleted, let path = run.resultPath else { return nil }
            let isKnown = !names.insert(run.name).inserted
            let label = isKnown ? "\(run.name) (\(run.id.prefix(8)))" : run.name
            return TrainForm.Start(
                label: label,
                path: path,
                model: run.model,
                modelPath: run.modelPath,
                shape: path.hasSuffix(".gguf") ? [:] : run.adapterShape
            )
        }
    }
}

extension RunSummary {
    /// What of an adapter is its own, by the form's questions.
    fileprivate var adapterShape: [String: String] {
        var shape: [String: String] = [:]
        shape["rank"] = parameters["rank"]
        shape["alpha"] = parameters["alpha"].flatMap(Double.init).map(Figures.plain)
        let targets = parameters["targets"]
        shape["targets"] =
            targets == TrainingOptions.option("targets")?.defaultTexts.first ? "" : targets
        shape["layers"] = parameters["layers"] ?? ""
        shape["rslora"] = parameters["rslora"] ?? "false"
        return shape
    }
}
