import Runs
package import TerminalUI
import Workspace

extension RunState {
    package func keys(_ context: Context) -> KeyTable<Scene<RunState>, Action> {
        if form != nil { return Self.formKeys }
        return list.isFiltering ? Self.filterKeys : Self.listKeys
    }

    private static let category = "Runs"

    private static let listKeys = KeyTable<Scene<RunState>, Action>([
        KeyBinding(
            "train",
            ["t"],
            "Train a model",
            category: category,
            hint: "train",
            disabledReason: { TrainForm.disabledReason($0.context) }
        ) { _ in .run(.openForm(dataset: nil)) },
        KeyBinding(
            "pause",
            ["p"],
            "Pause the run after this step, or continue",
            category: category,
            hint: "pause",
            disabledReason: { reason($0) { $0.status.acceptsRequests ? nil : "is not live" } }
        ) { _ in .run(.togglePause) },
        KeyBinding(
            "stop",
            ["s"],
            "Checkpoint the run and stop it",
            category: category,
            hint: "stop",
            disabledReason: { reason($0) { $0.status.acceptsRequests ? nil : "is not live" } }
        ) { _ in .run(.stop) },
        KeyBinding(
            "retry",
            ["R"],
            "Resume the run, run it again, or retry its flow",
            category: category,
            hint: "retry",
            disabledReason: { reason($0) { $0.status.isLive ? "is still live" : nil } }
        ) { _ in .run(.retry(run: nil)) },
        KeyBinding(
            "mark",
            ["m", "space"],
            "Mark the run for comparison",
            category: category,
            hint: "mark",
            disabledReason: { $0.selectedRun == nil ? "no run is selected" : nil }
        ) { _ in .run(.mark) },
        KeyBinding(
            "register",
            ["e"],
            "Register the run's adapter as a version",
            category: category,
            hint: "register",
            disabledReason: {
                reason($0) { $0.resultPath == nil ? "has no finished adapter" : nil }
            }
        ) { scene in .registry(.register(run: scene.selectedRun?.id)) },
        KeyBinding(
            "answers",
            ["a"],
            "Show the model's answers at the last evaluation",
            category: category,
            disabledReason: { reason($0) { $0.samples == nil ? "has no answers" : nil } }
        ) { _ in .run(.showSamples) },
        KeyBinding("filter", ["/"], "Filter the list", category: category, hint: "filter") {
            _ in .run(.filter)
        },
        KeyBinding(
            "delete-run",
            ["d"],
            "Delete the run",
            category: category,
            disabledReason: { reason($0) { $0.status.isLive ? "is still live" : nil } }
        ) { _ in .run(.delete) },
        KeyBinding(
            "open-run",
            [.enter],
            "Show only the run",
            category: category,
            disabledReason: { $0.selectedRun == nil ? "no run is selected" : nil }
        ) { _ in .run(.open) },
    ])

    private static let filterKeys = KeyTable<Scene<RunState>, Action>([
        KeyBinding("keep-filter", [.enter], "Keep the filter", category: category, hint: "keep") {
            _ in .run(.keepFilter)
        },
        KeyBinding("clear-filter", [.escape], "Clear the filter", category: category, hint: "clear")
        {
            _ in .screen(.stepOut)
        },
    ])

    private static let formKeys = KeyTable<Scene<RunState>, Action>([
        KeyBinding(
            "start",
            [.enter],
            "Start the run",
            category: "Train form",
            hint: "start",
            disabledReason: { $0.state.form?.isStarting == true ? "it is being started" : nil }
        ) { _ in .run(.submit) },
        KeyBinding(
            "quick-look",
            ["ctrl+t"],
            "Fill in a quick look of 60 steps, or undo",
            category: "Train form",
            hint: "60-step quick look"
        ) { _ in .run(.quickLook) },
        KeyBinding(
            "close-form",
            [.escape],
            "Close the form",
            category: "Train form",
            hint: "close"
        ) { _ in .screen(.stepOut) },
    ])

    /// Why an action on the selected run is not possible.
    private static func reason(
        _ scene: Scene<RunState>,
        _ check: (RunSummary) -> String?
    ) -> String? {
        if let obstacle = scene.context.obstacle { return obstacle }
        guard let run = scene.selectedRun else { return "no run is selected" }
        return check(run).map { "\(run.name) \($0)" }
    }
}

extension Scene<RunState> {
    /// The selected run.
    var selectedRun: RunSummary? { state.selected(in: context.library) }
}

extension RunCondition {
    /// Whether a process executes the run and answers requests.
    var acceptsRequests: Bool { self == .running || self == .paused || self == .scheduled }
}
