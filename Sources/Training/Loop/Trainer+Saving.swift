import ModelFiles
import Tensors
import Transformer

extension Trainer {
    /// Whether the time or the steps for a checkpoint have passed.
    var isCheckpointDue: Bool {
        switch configuration.checkpointInterval {
        case .steps(let steps): completedSteps.isMultiple(of: steps)
        case .seconds(let seconds): elapsedSeconds - secondsAtSave >= seconds
        }
    }

    /// Writes a checkpoint of the steps taken so far, unless there is one already.
    func save(_ output: RunOutput) throws {
        guard savedStep != completedSteps else { return }
        let state = Checkpoint.State(
            completedSteps: completedSteps,
            configuration: configuration,
            provenance: provenance,
            bestEvaluation: bestEvaluation,
            tokens: tokens,
            elapsedSeconds: elapsedSeconds,
            arithmetic: arithmetic
        )
        let folder = try output.write {
            let folder = try checkpoints.write(state, adapter: adapterFile(), optimizer: optimizer)
            try checkpoints.prune(keepingBest: bestEvaluation?.step)
            return folder
        }
        savedStep = completedSteps
        secondsAtSave = elapsedSeconds
        try output.send(.checkpointed(completedSteps: completedSteps, folder: folder))
    }

    /// Writes a checkpoint and ends.
    func stop(_ output: RunOutput) throws -> TrainingOutcome {
        try save(output)
        return .stopped(
            completedSteps: completedSteps,
            checkpoint: checkpoints.folder(step: completedSteps)
        )
    }

    /// Writes the finished adapter.
    func finish(_ output: RunOutput) throws -> TrainingOutcome {
        try output.write { try adapterFile().write(folder: adapterFolder) }
        let report = FinishReport(
            steps: completedSteps,
            adapterFolder: adapterFolder,
            lastLoss: lastLoss,
            bestEvaluation: bestEvaluation,
            tokens: tokens,
            elapsedSeconds: elapsedSeconds
        )
        try output.send(.finished(report))
        return .finished(report)
    }

    /// Puts the run back to where the checkpoint was written.
    func restore(_ checkpoint: Checkpoint) throws {
        guard adapter.shape == configuration.adapterShape else {
            throw TrainingError(
                .damagedCheckpoint,
                "The adapter in \(checkpoint.folder) has another shape than its run."
            )
        }
        guard checkpoint.state.completedSteps <= totalSteps else {
            throw TrainingError(
                .resumeMismatch,
                "\(checkpoint.folder) is at step \(checkpoint.state.completedSteps) of a run of \(totalSteps)."
            )
        }
        try optimizer.read(from: CheckpointFile.optimizer.path(in: checkpoint.folder))
        completedSteps = checkpoint.state.completedSteps
        bestEvaluation = checkpoint.state.bestEvaluation
        tokens = checkpoint.state.tokens
        elapsedSeconds = checkpoint.state.elapsedSeconds
        secondsAtSave = elapsedSeconds
        savedStep = completedSteps
    }

    /// The adapter that a new run starts from.
    static func initialAdapter(
        _ model: LanguageModel,
        _ configuration: TrainingConfiguration
    ) throws -> LoRA {
        guard let folder = configuration.initialAdapter else {
            return LoRA(
                model.configuration,
                shape: configuration.adapterShape,
                seed: configuration.seed
            )
        }
        let file = try AdapterFile.read(path: folder, for: model.configuration)
        guard !file.isEvened else {
            throw TrainingError(
                .configuration,
                "The adapter in \(folder) changes the model's layers unlike each other.",
                hint: "begin a new adapter, or merge this one into its model"
            )
        }
        let adapter = try LoRA(file, for: model)
        guard adapter.shape == configuration.adapterShape else {
            throw TrainingError(
                .configuration,
                "The adapter in \(folder) has rank \(adapter.shape.rank), alpha \(adapter.shape.alpha) and targets "
                    + adapter.shape.targets.map(\.rawValue).joined(separator: ", ")
                    + ", which the settings contradict.",
                hint: "leave rank, alpha and targets to the adapter"
            )
        }
        return adapter
    }

    var startReport: StartReport {
        StartReport(
            totalSteps: totalSteps,
            firstStep: completedSteps,
            trainingExamples: plan.training.examples.count,
            evaluationExamples: plan.evaluation.examples.count,
            parameterCount: adapter.parameters.count,
            warnings: warnings
        )
    }

    private func adapterFile() throws -> AdapterFile {
        try adapter.adapterFile(
            for: plan.model,
            baseModel: provenance.modelName,
            dropout: configuration.dropout
        )
    }
}
