package import Workspace

extension RunCall {
    /// Who called, what was seen and what was done about it.
    package var sentence: String {
        let done =
            switch action {
            case "pause": "The run waits."
            case "lower-rate": "The rate was halved."
            case "go-back": outcome ?? "It goes back to the last checkpoint."
            case "stop": "The run ends."
            default: ""
            }
        return done.isEmpty ? "\(sentinel): \(message)" : "\(sentinel): \(message) \(done)"
    }
}

extension RunSummary {
    /// The held-out losses of the stages up to this one, after it.
    package var stageLosses: [(stage: Int, loss: Double)] {
        guard isStage else { return [] }
        var losses: [(stage: Int, loss: Double)] = []
        while let loss = metrics[MetricName.evaluationLoss(ofStage: losses.count + 1)] {
            losses.append((losses.count + 1, loss))
        }
        return losses
    }
}
