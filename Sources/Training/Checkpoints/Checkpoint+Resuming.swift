import Platform

extension Checkpoint.State {
    /// Checks that a run continues with the model, the data and the mathematics of its start.
    ///
    /// Settings that change no number may differ: threads, and the intervals of evaluations and
    /// checkpoints.
    func checkResumable(
        _ configuration: TrainingConfiguration,
        _ provenance: RunProvenance
    ) throws {
        if provenance.modelDigest != self.provenance.modelDigest {
            throw mismatch(
                "model file (\(short(self.provenance.modelDigest)) then, \(short(provenance.modelDigest)) now)"
            )
        }
        if provenance.datasetDigest != self.provenance.datasetDigest {
            throw mismatch(
                "dataset (\(short(self.provenance.datasetDigest)) then, \(short(provenance.datasetDigest)) now)"
            )
        }
        let names = self.configuration.mathematicalDifferences(from: configuration)
        if !names.isEmpty { throw mismatch(names.joined(separator: ", ")) }
    }

    private func mismatch(_ what: String) -> TrainingError {
        TrainingError(
            .resumeMismatch,
            "The run cannot be resumed at step \(completedSteps): its checkpoint was made with another \(what).",
            hint: "give what the run was started with, or start a new run"
        )
    }

    private func short(_ digest: String) -> String { String(digest.prefix(8)) }
}
