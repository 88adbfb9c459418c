import Presentation
package import Runs
package import TerminalUI
import Training
import Workspace

/// What the Run pane shows and remembers.
package struct RunState: Equatable, Sendable {
    /// The list of runs; the detail shows the selected one.
    package var list = ListState<String>()
    /// Whether the detail covers the list on a narrow screen.
    package var isDetailOpen = false
    /// Whether the detail covers the list on a wide screen.
    package var isAlone = false
    /// The curves that were read last, of the selected run or of another.
    package var curves: RunCurves?
    /// The form for a new run, while it is open.
    package var form: TrainForm?
    /// The dataset of a form that opens once models and datasets have been read, or an empty text
    /// for any dataset; nil if none is to open.
    package var wantedForm: String?
    /// Runs whose next phase is about to be started.
    package var phasesToCome: Set<String> = []
    /// Forecast memory of runs started here, in bytes.
    package var forecasts: [String: Int64] = [:]
    /// The last checkpoint that was reported, by run.
    var reportedCheckpoints: [String: Int] = [:]
    /// The live runs that other processes execute and that are no tasks of flows.
    var elsewhere: Set<String> = []
    /// The request that is being forecast, for this form or for a closed one.
    var planning: Forecasting?
    /// The request that is being measured.
    var measuring: Forecasting?
    /// Whether the machine is being measured because a run is live.
    var isFollowingMachine = false
    /// Whether the runs have been read before; the first time, a live one is selected.
    var hasSeenRuns = false
    var reading = Refresh()

    package init() {}

    /// The runs that match the filter.
    package func shown(in library: Library) -> RunRows {
        (library.runs ?? []).rows(DerivedRuns.Request(filter: list.filter.text))
    }

    /// The selected run.
    package func selected(in library: Library) -> RunSummary? {
        // Called for every binding; nearly always found without filtering all runs.
        if let run = library.run(list.selected), !run.isDeleted,
            RunFilter(list.filter.text).accept(run)
        {
            return run
        }
        let shown = shown(in: library)
        return list.position(in: shown.ids).map { shown[$0] }
    }

    /// The finished runs that a new one can continue, newest first, with unique labels.
    static func starts(in library: Library) -> [TrainForm.Start] {
        var names: Set<String> = []
        return library.registrableRuns.compactMap { run in
            guard let path = run.resultPath else { return nil }
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
    /// The adapter's shape, by the form's fields.
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

/// A forecast under way.
struct Forecasting: Equatable, Sendable {
    let request: TrainingRequest
    private var isAbandoned = false

    init(request: TrainingRequest) { self.request = request }

    /// Marks it as cancelled; false if it was before.
    mutating func abandon() -> Bool {
        defer { isAbandoned = true }
        return !isAbandoned
    }
}
