import Platform
package import Runs
package import TerminalUI
package import Training
package import Workspace

/// The form for a new run, with its forecast.
package struct TrainForm: Equatable, Sendable {
    /// A finished run that another one can continue from.
    package struct Start: Equatable, Sendable {
        /// Its name in the form.
        package var label: String
        /// An adapter's folder, or a model's file.
        package var path: String
        /// The base model of an adapter.
        package var model: String?
        /// The file of that model, if it is known.
        package var modelPath: String?
        /// The adapter's shape, such as its rank, as the form's answers.
        package var shape: [String: String]

        package init(
            label: String,
            path: String,
            model: String? = nil,
            modelPath: String? = nil,
            shape: [String: String] = [:]
        ) {
            self.label = label == TrainForm.nothing ? "\(label) (a run)" : label
            self.path = path
            self.model = model
            self.modelPath = modelPath
            self.shape = shape
        }

        /// Whether all weights were trained, so that the result is a base model.
        var isModel: Bool { path.hasSuffix(".gguf") }
    }

    /// The fields and answers.
    package var form: FormState
    /// The last forecast; nil before the first.
    package private(set) var plan: TrainingPlan?
    /// The request of ``plan``.
    package private(set) var planned: TrainingRequest?
    /// The request whose forecast is under way.
    package private(set) var pending: TrainingRequest?
    /// The request whose time is known as well as it can be.
    private var settled: TrainingRequest?
    /// Why the request cannot be run.
    package private(set) var problem: WorkspaceError?
    /// Whether the run is being started.
    package var isStarting = false
    /// The request that the form was opened with; it has the options that are not in the form.
    let base: TrainingRequest
    let starts: [Start]
    let models: [ModelSummary]
    private var refused: TrainingRequest?
    private var beforeQuickLook: Length?

    private struct Length: Equatable {
        let steps: String
        let epochs: String
    }

    /// A form filled in with a request, with these models, datasets and runs to choose from.
    package init(
        _ request: TrainingRequest,
        models: [ModelSummary],
        datasets: [String],
        starts: [Start] = []
    ) {
        base = request
        self.models = models
        var starts = starts
        if let path = request.initialAdapter, !starts.contains(where: { $0.path == path }) {
            starts.insert(Start(label: path, path: path), at: 0)
        }
        self.starts = starts
        let start = starts.first { $0.path == request.initialAdapter || $0.path == request.model }
        var request = request
        // A model whose weights were all trained is chosen under "continue from".
        if start?.isModel == true, let first = models.first { request.model = first.name }
        let model = models.first { $0.name == request.model }
        func offering(_ name: String, _ names: [String]) -> [String] {
            names.contains(name) || name.isEmpty ? names : [name] + names
        }
        form = FormState(
            Self.fields(
                models: offering(request.model, models.map(\.name)),
                datasets: offering(
                    request.then?.first?.dataset ?? "",
                    offering(request.dataset, datasets)
                ),
                starts: starts
            ),
            values: Self.values(of: request, on: model, from: start),
            defaults: Self.values(
                of: TrainingRequest(model: request.model, dataset: request.dataset),
                on: model,
                from: nil
            )
        )
        form.focus("dataset")
    }

    /// Why the form cannot be opened.
    package static func disabledReason(_ context: Context) -> String? {
        if let obstacle = context.obstacle { return obstacle }
        let library = context.library
        // While they are being read, the form opens later; see ``RunState/wantedForm``.
        guard library.models != nil, let datasets = library.datasets else {
            return library.starting
        }
        if library.hasNoModel {
            return library.isPulling
                ? "the base model is being downloaded"
                : "no base model is installed, P downloads one"
        }
        if !datasets.contains(where: { $0.problem == nil }) {
            return "no dataset is usable, add one in 1 Data with a"
        }
        return library.starting
    }

    /// Applies a key; false if it is not for the form.
    mutating func handle(_ key: Key) -> Bool {
        let before = form
        guard !isStarting, form.handle(key) else { return false }
        fillIn(after: before)
        return true
    }

    /// Gives a question the focus, and opens or closes a section.
    mutating func click(_ id: String) {
        guard !isStarting else { return }
        let isHeading = form.fields.contains { $0.id == id && $0.kind == .section }
        form.focus(id)
        if isHeading { form.toggle(id) }
    }

    /// Pastes into the focused answer.
    mutating func paste(_ text: String) {
        guard !isStarting else { return }
        let before = form
        form.paste(text)
        fillIn(after: before)
    }

    /// Fills in 60 steps, or restores the previous length.
    mutating func toggleQuickLook() {
        if let before = beforeQuickLook {
            form.set("steps", before.steps)
            form.set("epochs", before.epochs)
            beforeQuickLook = nil
        } else {
            beforeQuickLook = Length(
                steps: form.value("steps"),
                epochs: form.value("epochs")
            )
            form.set("steps", "60")
            form.set("epochs", "")
        }
    }

    /// The request to forecast now from what is known; nil if the last forecast is still valid or one
    /// is under way.
    mutating func nextForecast() -> TrainingRequest? {
        guard pending == nil, !isStarting, let request, request != planned, request != refused
        else { return nil }
        pending = request
        problem = nil
        return request
    }

    /// The request whose time must be measured, because nothing known says it well enough.
    var unmeasured: TrainingRequest? {
        guard !isStarting, let plan, let request, request == planned, request != settled else {
            return nil
        }
        return plan.timeBasis == nil || plan.timeBasis == .scaled ? request : nil
    }

    mutating func take(_ plan: TrainingPlan, for request: TrainingRequest) {
        guard request == pending else { return }
        pending = nil
        show(plan, for: request)
    }

    /// Takes a forecast whose time was measured.
    mutating func takeMeasured(_ plan: TrainingPlan, for request: TrainingRequest) {
        guard let current = self.request else { return }
        if request == current {
            settled = request
            show(plan, for: request)
        } else if current.costsAStep(like: request) {
            // More is known now.
            planned = nil
        }
    }

    private mutating func show(_ plan: TrainingPlan, for request: TrainingRequest) {
        self.plan = plan
        planned = request
        refused = nil
        problem = nil
    }

    mutating func take(_ error: WorkspaceError, for request: TrainingRequest) {
        guard request == pending else { return }
        pending = nil
        // Cancelled for another request, which is forecast next.
        guard error.code != .cancelled else { return }
        refused = request
        problem = error
    }

    /// Takes the failure of a measurement.
    mutating func takeMeasured(_ error: WorkspaceError, for request: TrainingRequest) {
        guard error.code != .cancelled, request == self.request else { return }
        settled = request
        problem = error
    }

    mutating func startingFailed(_ error: WorkspaceError) {
        isStarting = false
        problem = error
    }

    /// Updates answers that depend on others: steps and epochs exclude each other, and the default
    /// method depends on the model.
    private mutating func fillIn(after before: FormState) {
        func isNew(_ id: String) -> Bool { form.value(id) != before.value(id) }
        if isNew("steps") {
            form.set("epochs", form.value("steps").isEmpty ? Self.defaultEpochs : "")
        } else if isNew("epochs"), !form.value("epochs").isEmpty {
            form.set("steps", "")
        }
        let isOpen = form.value("steps").isEmpty && form.value("epochs").isEmpty
        form.setProblem("epochs", isOpen ? "give epochs or steps" : nil)
        let start = starts.first { $0.label == form.value("from") }
        if isNew("from"), let start {
            if let model = start.model, models.contains(where: { $0.name == model }) {
                form.set("model", model)
            }
            for (id, value) in start.shape { form.set(id, value) }
        }
        checkTexts()
        for (id, own) in start?.shape ?? [:] where own != form.value(id) {
            form.setProblem(id, "the adapter that is continued has \(own.isEmpty ? "all" : own)")
        }
        if isNew("model"), form.value("method") == defaultMethod(in: before) {
            form.set("method", defaultMethod(in: form))
        }
    }

    /// Checks answers that are lists or durations.
    private mutating func checkTexts() {
        for id in ["rank", "alpha", "rslora"] { form.setProblem(id, nil) }
        var request = TrainingRequest(model: "", dataset: "")
        for option in Self.options {
            let answer = form.value(option.name)
            let problem: String
            switch option.kind {
            case .names(let names):
                let unknown = OptionText.names(answer).first { !names.contains($0) }
                problem = "\(unknown ?? answer) is not one of them"
            case .text where option.name == "layers": problem = "numbers such as 20-29 or 0,3"
            case .text: problem = option.question?.hint ?? ""
            default: continue
            }
            let isRead =
                answer.isEmpty
                ? option.question?.emptyText != nil
                : (try? option.set([answer], in: &request)) != nil
            form.setProblem(option.name, isRead ? nil : problem)
        }
    }

    private func defaultMethod(in form: FormState) -> String {
        Self.defaultMethod(of: models.first { $0.name == form.value("model") })
    }
}

extension TrainingRequest {
    /// Whether a step of both takes the same time per row.
    func costsAStep(like other: TrainingRequest) -> Bool {
        TrainingOptions.all.allSatisfy { option in
            !option.changesStepTime || option.texts(self) == option.texts(other)
        }
    }
}
