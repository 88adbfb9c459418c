import Runs

extension RunAlert {
    /// The monitor, what it saw and what was done.
    package var sentence: String {
        let done =
            switch action {
            case "pause": "The run waits."
            case "lower-rate": "The rate was halved."
            case "go-back": outcome ?? "It goes back to the last checkpoint."
            case "stop": "The run ends."
            default: ""
            }
        return done.isEmpty ? "\(monitor): \(message)" : "\(monitor): \(message) \(done)"
    }
}

extension RunSummary {
    private static let maxPhases = 16

    /// The held-out losses of the phases up to this one, measured after it.
    package var phaseLosses: [(phase: Int, loss: Double)] {
        // A phase without held-out rows has none.
        (1...Self.maxPhases).compactMap { phase in
            metrics[MetricName.evaluationLoss(ofPhase: phase)].map { (phase, $0) }
        }
    }
}
