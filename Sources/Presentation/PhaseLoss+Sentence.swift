package import Workspace

extension PhaseLoss {
    /// The loss and whose it is.
    package var sentence: String {
        "held-out loss of phase \(phase), \(dataset): \(Figures.loss(evaluationLoss))"
    }
}
