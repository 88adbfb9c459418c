import Runs

extension PhaseLoss {
    /// The loss with its phase and dataset.
    package var sentence: String {
        "held-out loss of phase \(phase), \(dataset): \(Figures.loss(evaluationLoss))"
    }
}
