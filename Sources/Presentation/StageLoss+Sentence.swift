package import Workspace

extension StageLoss {
    /// The loss and whose it is.
    package var sentence: String {
        "held-out loss of stage \(stage), \(dataset): \(Figures.loss(evaluationLoss))"
    }
}
