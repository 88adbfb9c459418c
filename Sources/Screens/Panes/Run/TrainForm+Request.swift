import Presentation
import TerminalUI
package import Training
import Workspace

extension TrainForm {
    /// The form's answers for a request.
    static func values(
        of request: TrainingRequest,
        on model: ModelSummary?,
        from start: Start?
    ) -> [String: String] {
        var values = phaseValues(of: request)
        for option in options { values[option.name] = answer(option, request) }
        if request.steps == nil, request.epochs == nil { values["epochs"] = defaultEpochs }
        values["dataset"] = request.dataset
        values["model"] = request.model
        values["name"] = request.runName ?? ""
        values["method"] = request.method?.rawValue ?? defaultMethod(of: model)
        values["from"] = start?.label ?? nothing
        for monitor in Monitor.allCases {
            values[monitor.rawValue] = request.monitors[monitor].rawValue
        }
        return values
    }

    /// The form's answer for an option of a request.
    private static func answer(_ option: TrainingOption, _ request: TrainingRequest) -> String {
        switch option.kind {
        case .text, .names:
            // The default is an empty answer if the field has a text for that.
            if option.question?.emptyText != nil, option.isDefault(request) { return "" }
        default: break
        }
        guard let text = option.texts(request).first else {
            return option.question?.emptyText == nil ? option.defaultWords ?? "" : ""
        }
        guard case .number = option.kind, let number = Double(text) else { return text }
        return Figures.plain(number)
    }

    private static func phaseValues(of request: TrainingRequest) -> [String: String] {
        guard let phase = request.then?.first else { return ["then": nothing] }
        var values = ["then": phase.dataset]
        for (id, name) in phaseQuestions {
            guard let option = TrainingOptions.option(name) else { continue }
            let isOwn = option.phaseRule == .own || option.texts(phase) != option.texts(request)
            values[id] = isOwn ? answer(option, phase) : ""
        }
        return values
    }

    /// The options of the next phase, by the names of their fields.
    private static let phaseQuestions = [
        ("then-epochs", "epochs"), ("then-batch-size", "batch-size"),
        ("then-learning-rate", "learning-rate"), ("then-eval-split", "eval-split"),
    ]

    /// The form's request; nil while an answer is not valid.
    package var request: TrainingRequest? {
        guard form.isValid else { return nil }
        var request = base
        for option in Self.options { take(form.value(option.name), option, into: &request) }
        request.model = form.value("model")
        request.dataset = form.value("dataset")
        // The objective depends on the data.
        if request.dataset != base.dataset { request.objective = nil }
        let name = form.value("name")
        request.runName = name.isEmpty ? nil : name
        for monitor in Monitor.allCases {
            guard let action = MonitorAction(rawValue: form.value(monitor.rawValue)) else {
                continue
            }
            request.monitors[monitor] = action
        }
        startFrom(&request)
        request.then = laterPhases(after: request)
        return request
    }

    /// Sets an option to an answer; an invalid answer changes nothing.
    private func take(
        _ answer: String,
        _ option: TrainingOption,
        into request: inout TrainingRequest
    ) {
        let isDefault =
            answer.isEmpty || answer == option.question?.emptyText
            || (option.isOptional && answer == option.defaultWords
                && option.question?.emptyText == nil)
        try? option.set(isDefault ? [] : [answer], in: &request)
    }

    private func startFrom(_ request: inout TrainingRequest) {
        request.initialAdapter = nil
        guard let start = starts.first(where: { $0.label == form.value("from") }) else { return }
        if start.isModel {
            request.model = start.path
            return
        }
        request.initialAdapter = start.path
        // The base of the adapter may be another run's result, which is not in the list of models.
        let isListed = models.contains { $0.name == start.model }
        if !isListed, let path = start.modelPath { request.model = path }
    }

    private func laterPhases(after request: TrainingRequest) -> [TrainingRequest]? {
        let data = form.value("then")
        guard data != Self.nothing, !data.isEmpty else { return nil }
        var phase = request
        phase.dataset = data
        phase.objective = nil
        phase.runName = nil
        phase.evaluationDataset = nil
        phase.initialAdapter = nil
        phase.then = nil
        let known = base.then?.first.flatMap { $0.dataset == data ? $0 : nil }
        if let known { Self.carry(known, unlike: base, into: &phase) }
        if let epochs = Int(form.value("then-epochs")) {
            (phase.epochs, phase.steps) = (epochs, nil)
        } else if let known, known.epochs != base.epochs || known.steps != base.steps,
            known.epochs == nil
        {
            (phase.epochs, phase.steps) = (nil, known.steps)
        }
        for (id, name) in Self.phaseQuestions where name != "epochs" {
            guard let option = TrainingOptions.option(name) else { continue }
            let answer = form.value(id)
            if answer.isEmpty, option.phaseRule != .own {
                option.copy(from: request, to: &phase)
            } else {
                take(answer, option, into: &phase)
            }
        }
        return [phase] + (base.then?.dropFirst() ?? [])
    }

    /// Keeps the options in which a phase differed from the first one; the others follow the first.
    private static func carry(
        _ known: TrainingRequest,
        unlike first: TrainingRequest,
        into phase: inout TrainingRequest
    ) {
        let asked = ["steps"] + phaseQuestions.map(\.1)
        for option in TrainingOptions.all where !asked.contains(option.name) {
            let isOwn = option.phaseRule == .inherited || option.phaseRule == .own
            guard isOwn || option.name == "objective" else { continue }
            if option.texts(known) != option.texts(first) { option.copy(from: known, to: &phase) }
        }
    }
}
