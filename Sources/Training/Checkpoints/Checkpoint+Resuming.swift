extension Checkpoint.State {
    /// Checks that a run goes on with the model, the data and the mathematics it began with.
    ///
    /// What changes no number may differ: threads, and when to evaluate and to save.
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

extension TrainingConfiguration {
    /// The names of the settings that differ and on which the results depend.
    func mathematicalDifferences(from other: TrainingConfiguration) -> [String] {
        func differs<Value: Equatable>(_ path: KeyPath<Self, Value>) -> Bool {
            self[keyPath: path] != other[keyPath: path]
        }
        let differences = [
            // Left out, the model's file decides, which is the same file.
            ("method", method != nil && other.method != nil && differs(\.method)),
            ("steps", differs(\.steps)),
            ("epochs", differs(\.epochs)), ("batch size", differs(\.batchSize)),
            ("learning rate", differs(\.learningRate)), ("rank", differs(\.rank)),
            ("alpha", differs(\.alpha)), ("targets", Set(targets) != Set(other.targets)),
            ("sequence length", differs(\.sequenceLength)), ("scheduler", differs(\.scheduler)),
            ("warmup", differs(\.warmupSteps)), ("weight decay", differs(\.weightDecay)),
            ("max gradient norm", differs(\.maxGradientNorm)),
            ("gradient accumulation", differs(\.gradientAccumulation)),
            ("dropout", differs(\.dropout)), ("seed", differs(\.seed)),
            ("packing", differs(\.isPacked)), ("shuffling", differs(\.isShuffled)),
            ("precision", differs(\.precision)), ("layers", differs(\.layers)),
            ("optimizer", differs(\.optimizer)),
            ("LoRA+ ratio", differs(\.loraPlusRatio)),
            ("rsLoRA", differs(\.usesRankStabilization)),
            ("sentinels", differs(\.sentinels)), ("patience", differs(\.patience)),
            ("choice of the best", differs(\.choosesBest)),
            ("initialization", differs(\.initialization)),
            ("scheduler power", differs(\.schedulerPower)),
        ]
        return differences.filter(\.1).map(\.0)
    }
}
