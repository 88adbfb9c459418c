import Presentation
package import TerminalUI
import Training
package import Workspace

/// What the Run pane shows and remembers.
package struct RunState: Equatable, Sendable {
    /// All runs, newest first; nil before they have been read.
    package var runs: [RunSummary]?
    /// The run that the detail shows.
    package var selection = ListSelection<String>()
    /// What narrows the list down.
    package var filter = TextFieldState()
    /// Whether the filter takes the keys.
    package var isFiltering = false
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
    /// What is being started or resumed, in words.
    package var starting: String?
    /// Runs whose next stage is about to be started.
    package var stagesToCome: Set<String> = []
    /// What the model answered that is shown whole.
    package var answers: RunAnswers?
    /// Forecast memory of runs started here, in bytes.
    package var forecasts: [String: Int64] = [:]
    /// Steps that a value of a live run's tail stands for; as the summary tells where there is none.
    var stepsPerTailValue: [String: Double] = [:]
    /// The checkpoint of a run that the user was told of last.
    var toldCheckpoints: [String: Int] = [:]
    /// What is being measured, for the form or for one that was closed.
    var measuring: TrainingRequest?
    /// Whether that measurement was given up.
    var isMeasurementAbandoned = false
    /// Whether the machine is being measured, since a run is live.
    var isFollowingMachine = false
    var listing = Refresh()
    var reading = Refresh()

    package init() {}

    /// The runs that fit the filter.
    package var shown: [RunSummary] {
        let terms = RunFilter(filter.text)
        return (runs ?? []).filter { !$0.isDeleted && terms.accept($0) }
    }

    /// The selected run.
    package var selected: RunSummary? {
        // Asked for by every binding, and nearly always found without looking at all runs.
        if let id = selection.selected, let run = runs?.first(where: { $0.id == id }),
            !run.isDeleted, RunFilter(filter.text).accept(run)
        {
            return run
        }
        let shown = shown
        return selection.position(in: shown.map(\.id)).map { shown[$0] }
    }

    /// The live runs that this process executes, newest first.
    package var mine: [RunSummary] { (runs ?? []).filter { $0.isMine && $0.status.isLive } }

    /// The run that the top bar and the window's title tell of: one executed here, else one that
    /// another process executes.
    package var live: RunSummary? {
        mine.first ?? runs?.first { $0.status == .running || $0.status == .paused }
    }

    /// The finished runs that a new one can go on from, newest first, each by a name of its own.
    var starts: [TrainForm.Start] {
        var names: Set<String> = []
        return (runs ?? []).compactMap { run in
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

    /// Changes what is known of a run; false when there is no such run.
    mutating func update(_ id: String, _ change: (inout RunSummary) -> Void) -> Bool {
        guard let index = runs?.firstIndex(where: { $0.id == id }) else { return false }
        if var run = runs?[index] {
            change(&run)
            runs?[index] = run
        }
        return true
    }
}

/// The curves of a run and what lies along them.
package struct RunCurves: Equatable, Sendable {
    /// The run.
    package let run: String
    /// The loss of each step.
    package var losses: SampleSeries
    /// The held-out losses.
    package var evaluations: SampleSeries
    /// The steps that checkpoints would resume with.
    package var checkpoints: [Int]

    package init(_ detail: RunDetail) {
        func samples(_ key: String) -> SampleSeries {
            let series = detail.series[key]
            return SampleSeries(
                xs: (series?.steps ?? []).map(Double.init),
                ys: series?.values ?? []
            )
        }
        run = detail.summary.id
        losses = samples(MetricName.loss)
        evaluations = samples(MetricName.evaluationLoss)
        checkpoints = detail.checkpoints.map(\.nextStep).sorted()
    }

    /// Adds a sample that is newer than all others; false when samples between are missing.
    static func extend(_ series: inout SampleSeries, step: Int, value: Double) -> Bool {
        let last = series.xs.last.map { Int($0) } ?? -1
        guard step > last else { return true }
        series.append(x: Double(step), y: value)
        return step == last + 1
    }
}

/// Words that narrow a list of runs down: all must occur, those after `!` must not.
package struct RunFilter: Equatable, Sendable {
    private let wanted: [String]
    private let unwanted: [String]

    package init(_ text: String) {
        let words = text.lowercased().split(separator: " ").map(String.init)
        wanted = words.filter { !$0.hasPrefix("!") }
        unwanted = words.filter { $0.hasPrefix("!") && $0.count > 1 }.map { String($0.dropFirst()) }
    }

    /// Whether a run fits.
    package func accept(_ run: RunSummary) -> Bool {
        if wanted.isEmpty && unwanted.isEmpty { return true }
        let facts = [
            run.name, run.status.rawValue, run.experiment, run.model ?? "", run.dataset ?? "",
            run.method ?? "", run.id,
        ]
        let text = facts.joined(separator: " ").lowercased()
        return wanted.allSatisfy(text.contains) && !unwanted.contains(where: text.contains)
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
