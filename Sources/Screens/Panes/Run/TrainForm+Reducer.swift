import TerminalUI
import Training
import Workspace

extension AppState {
    mutating func reduceForm(_ action: RunAction) -> [Effect] {
        switch action {
        case .openForm(let dataset): return openForm(dataset: dataset)
        case .edit(let request):
            return showForm(named(request))
        case .quickLook:
            run.form?.toggleQuickLook()
            return replan()
        case .submit: return submit()
        case .planned(let plan, let request, let isMeasured):
            endMeasurement(of: request)
            run.form?.take(plan, for: request, isMeasured: isMeasured)
            return replan()
        case .planFailed(let error, let request):
            endMeasurement(of: request)
            run.form?.take(error, for: request)
            return replan()
        default: return []
        }
    }

    mutating func pressForm(_ key: Key) -> [Effect]? {
        guard run.form?.handle(key) == true else { return nil }
        return replan()
    }

    /// Asks for a forecast of what the form says now, unless one is under way.
    mutating func replan() -> [Effect] {
        guard let form = run.form, !form.isStarting, let effect = run.form?.nextForecast() else {
            return []
        }
        if case .run(.plan(let request, true)) = effect {
            run.measuring = request
            run.isMeasurementAbandoned = false
        }
        return [effect]
    }

    /// Gives a measurement up that tells nothing any more: it would only slow down what follows.
    mutating func abandonMeasurement() -> [Effect] {
        guard let measuring = run.measuring, !run.isMeasurementAbandoned else { return [] }
        let wanted = run.form.flatMap { $0.isStarting ? nil : $0.request }
        if let wanted, wanted.costsAStep(like: measuring) { return [] }
        run.isMeasurementAbandoned = true
        return [.abandonMeasurement]
    }

    private mutating func endMeasurement(of request: TrainingRequest) {
        if request == run.measuring { run.measuring = nil }
    }

    /// Opens the form that was asked for before there was anything to choose from.
    mutating func openWantedForm() -> [Effect] {
        guard let wanted = run.wantedForm, models.list != nil, data.datasets != nil else {
            return []
        }
        run.wantedForm = nil
        if let reason = TrainForm.disabledReason(self) {
            tell(Notice(.warning, "Train a model: \(reason)."))
            return []
        }
        return openForm(dataset: wanted.isEmpty ? nil : wanted)
    }

    private mutating func openForm(dataset: String?) -> [Effect] {
        guard models.list != nil, data.datasets != nil else {
            run.wantedForm = dataset ?? ""
            tell(Notice(.information, "The form opens once models and datasets have been read."))
            return []
        }
        let usable = (data.datasets ?? []).filter { $0.problem == nil }
        // Conversations are what a first run is made on; text only continues.
        guard let model = defaultModel,
            let data = usable.first(where: { $0.name == dataset })
                ?? usable.first(where: { $0.format != "text" }) ?? usable.first
        else { return [] }
        return showForm(TrainingRequest(model: model.name, dataset: data.name))
    }

    private mutating func showForm(_ request: TrainingRequest) -> [Effect] {
        let effects = reduce(.show(.run))
        run.isFiltering = false
        run.form = TrainForm(
            request,
            models: models.installed,
            datasets: (data.datasets ?? []).filter { $0.problem == nil }.map(\.name),
            starts: run.starts
        )
        return effects + replan()
    }

    /// The request with names in place of the paths under which a past run knows its data and model.
    private func named(_ request: TrainingRequest) -> TrainingRequest {
        var named = request
        named.dataset = datasetName(request.dataset)
        named.evaluationDataset = request.evaluationDataset.map(datasetName)
        if let model = models.installed.first(where: { $0.path == request.model }) {
            named.model = model.name
        }
        named.then = request.then?.map { self.named($0) }
        return named
    }

    /// The name of what lies at a path, if a dataset of that name has the same content.
    private func datasetName(_ path: String) -> String {
        let digests = path.split(separator: "/").map(String.init)
        let dataset = data.datasets?.first { $0.path == path || digests.contains($0.digest) }
        return dataset?.name ?? path
    }

    private mutating func submit() -> [Effect] {
        guard let form = run.form else { return [] }
        guard let request = form.request else {
            if let wrong = form.form.firstProblem { run.form?.form.focus(wrong.id) }
            tell(Notice(.warning, "An answer is not valid; see the line below the form."))
            return []
        }
        run.form?.isStarting = true
        run.starting = "starting a run on \(request.dataset)"
        return [.run(.start(request))]
    }
}
