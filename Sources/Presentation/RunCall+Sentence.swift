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
    private static let mostStages = 16

    /// The held-out losses of the stages up to this one, after it.
    package var stageLosses: [(stage: Int, loss: Double)] {
        // A stage that holds nothing out has none.
        (1...Self.mostStages).compactMap { stage in
            metrics[MetricName.evaluationLoss(ofStage: stage)].map { (stage, $0) }
        }
    }
}
