import Runs
import TerminalUI
import Training
import Workspace

extension RunState {
    mutating func reduceForm(_ action: RunAction, _ context: Context) -> [Effect] {
        switch action {
        case .openForm(let dataset): return openForm(dataset: dataset, context)
        case .edit(let request): return showForm(named(request, context.library), context)
        case .quickLook:
            form?.toggleQuickLook()
            return replan()
        case .submit: return submit()
        case .planned(let plan, let request, let isMeasured):
            end(request, isMeasured: isMeasured)
            if isMeasured {
                form?.takeMeasured(plan, for: request)
            } else {
                form?.take(plan, for: request)
            }
            return replan()
        case .planFailed(let error, let request, let isMeasured):
            end(request, isMeasured: isMeasured)
            if isMeasured {
                form?.takeMeasured(error, for: request)
            } else {
                form?.take(error, for: request)
            }
            return replan()
        default: return []
        }
    }

    mutating func pressForm(_ key: Key) -> [Effect]? {
        guard form?.handle(key) == true else { return nil }
        return replan()
    }

    /// Requests a forecast of the form's request from what is known, and then, if that is not enough, a
    /// measurement; neither if one is under way.
    mutating func replan() -> [Effect] {
        if planning == nil, let request = form?.nextForecast() {
            planning = Forecasting(request: request)
            return [RunWork.plan(request, isMeasured: false)]
        }
        if measuring == nil, let request = form?.unmeasured {
            measuring = Forecasting(request: request)
            return [RunWork.plan(request, isMeasured: true)]
        }
        return []
    }

    /// Cancels forecasts that are no longer needed and would delay the next ones.
    mutating func abandonForecasts() -> [Effect] {
        let wanted = form.flatMap { $0.isStarting ? nil : $0.request }
        var effects: [Effect] = []
        if let request = planning?.request, request != wanted, planning?.abandon() == true {
            effects.append(.abandon(.planning))
        }
        if let request = measuring?.request, wanted?.costsAStep(like: request) != true,
            measuring?.abandon() == true
        {
            effects.append(.abandon(.measurement))
        }
        return effects
    }

    private mutating func end(_ request: TrainingRequest, isMeasured: Bool) {
        if isMeasured, request == measuring?.request { measuring = nil }
        if !isMeasured, request == planning?.request { planning = nil }
    }

    /// Opens the form that was requested before models and datasets were read.
    mutating func openWantedForm(_ context: Context) -> [Effect] {
        let library = context.library
        guard let wanted = wantedForm, library.models != nil, library.datasets != nil else {
            return []
        }
        wantedForm = nil
        if let reason = TrainForm.disabledReason(context) {
            return [.report(Notice(.warning, "Train a model: \(reason)."))]
        }
        return openForm(dataset: wanted.isEmpty ? nil : wanted, context)
    }

    private mutating func openForm(dataset: String?, _ context: Context) -> [Effect] {
        guard context.library.models != nil, let datasets = context.library.datasets else {
            wantedForm = dataset ?? ""
            let words = "The form opens once models and datasets have been read."
            return [.report(Notice(.information, words))]
        }
        let usable = datasets.filter { $0.problem == nil }
        // Conversations are preferred for a first run; plain text only trains continuation.
        guard let model = context.defaultModel,
            let data = usable.first(where: { $0.name == dataset })
                ?? usable.first(where: { $0.format != "text" }) ?? usable.first
        else { return [] }
        return showForm(TrainingRequest(model: model.name, dataset: data.name), context)
    }

    private mutating func showForm(_ request: TrainingRequest, _ context: Context) -> [Effect] {
        list.isFiltering = false
        form = TrainForm(
            request,
            models: context.library.installedModels,
            datasets: (context.library.datasets ?? []).filter { $0.problem == nil }.map(\.name),
            starts: Self.starts(in: context.library)
        )
        return [.send(.screen(.show(.run)))] + replan()
    }

    /// The request with names in place of the paths of a past run's data and model.
    private func named(_ request: TrainingRequest, _ library: Library) -> TrainingRequest {
        var named = request
        named.dataset = library.datasetName(request.dataset)
        named.evaluationDataset = request.evaluationDataset.map(library.datasetName)
        if let model = library.installedModels.first(where: { $0.path == request.model }) {
            named.model = model.name
        }
        named.then = request.then?.map { self.named($0, library) }
        return named
    }

    private mutating func submit() -> [Effect] {
        guard let current = form else { return [] }
        guard let request = current.request else {
            if let wrong = current.form.firstProblem { form?.form.focus(wrong.id) }
            let words = "An answer is not valid; see the line below the form."
            return [.report(Notice(.warning, words))]
        }
        form?.isStarting = true
        let words = "starting a run on \(request.dataset)"
        return [.send(.library(.starting(words))), RunWork.start(request)]
    }
}

extension Library {
    /// The name of the dataset at a path, if one of the list has the same content.
    fileprivate func datasetName(_ path: String) -> String {
        let digests = path.split(separator: "/").map(String.init)
        let dataset = datasets?.first { $0.path == path || digests.contains($0.digest) }
        return dataset?.name ?? path
    }
}
