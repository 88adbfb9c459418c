package import Training

extension CommandText {
    /// The command that starts a run, with what differs from the defaults.
    package static func train(_ request: TrainingRequest) -> String {
        let plain = TrainingRequest(model: request.model, dataset: request.dataset)
        var words = [
            "workbench train --model \(quoted(request.model)) --data \(quoted(request.dataset))"
        ]
        for option in TrainingOptions.all {
            let texts = option.texts(request)
            guard texts != option.texts(plain) else { continue }
            let name = "--\(option.commandName)"
            words += option.kind == .flag ? [name] : texts.map { "\(name) \(quoted($0))" }
        }
        for phase in request.then ?? [] {
            let parts = ([phase.dataset] + changes(of: phase, after: request)).map(quoted)
            words.append("--then \(quoted(parts.joined(separator: " ")))")
        }
        return words.joined(separator: " ")
    }

    /// The options of a later phase that differ from the first one's, as `--then` takes them.
    private static func changes(
        of phase: TrainingRequest,
        after first: TrainingRequest
    ) -> [String] {
        let plain = TrainingRequest(model: first.model, dataset: first.dataset)
        return TrainingOptions.all.flatMap { option -> [String] in
            let reference: TrainingRequest
            switch option.phaseRule {
            case .inherited: reference = first
            case .own: reference = plain
            case .first, .derived: return []
            }
            let texts = option.texts(phase)
            guard texts != option.texts(reference) else { return [] }
            guard option.kind == .flag else { return texts.map { "\(option.name)=\($0)" } }
            let isOn = texts != option.defaultTexts
            return ["\(option.commandName)=\(isOn)"]
        }
    }
}
