import ModelFiles
import Platform
import Tensors
import Transformer

extension Trainer {
    /// Whether a checkpoint is due by time or steps.
    var isCheckpointDue: Bool {
        switch configuration.checkpointInterval {
        case .steps(let steps): completedSteps.isMultiple(of: steps)
        case .seconds(let seconds): elapsedSeconds - secondsAtSave >= seconds
        }
    }

    /// Writes a checkpoint of the completed steps, unless there is one already, or the weights are
    /// not finite.
    func save(_ output: RunOutput) throws {
        let isSaved =
            savedStep == completedSteps
            && FilePaths.exists(checkpoints.folder(step: completedSteps))
        guard !isSaved else { return }
        try checkModel()
        guard try checkWeights(output) else { return }
        let state = Checkpoint.State(
            completedSteps: completedSteps,
            configuration: configuration,
            provenance: provenance,
            bestEvaluation: bestEvaluation,
            tokens: tokens,
            elapsedSeconds: elapsedSeconds,
            arithmetic: arithmetic,
            adjustments: adjustments,
            course: course,
            owed: owed
        )
        let folder = try output.write {
            let folder = try checkpoints.write(state, optimizer: optimizer) { folder in
                switch weights {
                case .adapter(let adapter): try file(of: adapter).write(folder: folder)
                case .model(let parameters):
                    try Files.makeFolder(folder, below: FilePaths.parent(folder))
                    try ParameterFile.write(parameters, folder: folder)
                }
            }
            try checkpoints.prune(keeping: completedSteps, best: bestEvaluation?.step)
            return folder
        }
        savedStep = completedSteps
        secondsAtSave = elapsedSeconds
        try output.send(.checkpointed(completedSteps: completedSteps, folder: folder))
    }

    /// Writes a checkpoint of the completed steps, unless there is one, without an event: for an
    /// owner that ends the run for its own reason, after `run` threw an error of `between`.
    public func keep() throws {
        guard !hasTakenBest else {
            throw TrainingError(
                .file,
                "The run has taken all its steps, and its weights are those of its best one by now."
            )
        }
        try save(RunOutput(emit: { _ in }, writeFailed: { _ in .fail }))
    }

    /// Writes a checkpoint and ends.
    func stop(_ output: RunOutput) throws -> TrainingOutcome {
        try save(output)
        return .stopped(
            completedSteps: completedSteps,
            checkpoint: checkpoints.folder(step: completedSteps)
        )
    }

    /// Writes the result.
    func finish(_ output: RunOutput) throws -> TrainingOutcome {
        try checkModel()
        let (resultStep, lostBest) = try chooseResult()
        let result = try output.write { try writeResult() }
        do {
            // A whole model has parts that are read from the file.
            try checkModel()
        } catch {
            try? Files.removeAll(resultFolder)
            throw error
        }
        let report = FinishReport(
            steps: completedSteps,
            totalSteps: totalSteps,
            result: result,
            resultStep: resultStep,
            lostBest: lostBest,
            lastLoss: lastLoss,
            bestEvaluation: bestEvaluation,
            tokens: tokens,
            elapsedSeconds: elapsedSeconds
        )
        try output.send(.finished(report))
        return .finished(report)
    }

    /// Restores the state of the run from a checkpoint.
    func restore(_ checkpoint: Checkpoint) throws {
        guard weights.adapter?.shape == configuration.adapterShape else {
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
        adjustments = checkpoint.state.adjustments ?? Adjustments()
        course = checkpoint.state.course ?? Course()
        owed = checkpoint.state.owed ?? []
        if completedSteps == totalSteps { owed.insert(.look) }
        secondsAtSave = elapsedSeconds
        savedStep = completedSteps
    }

    /// Restores the trained weights from a checkpoint of this run.
    func restoreWeights(_ checkpoint: Checkpoint) throws {
        switch weights {
        case .adapter(let adapter):
            let saved = try LoRA(checkpoint.adapter(), for: plan.model)
            adapter.parameters.copy(from: saved.parameters)
        case .model(let parameters):
            try ParameterFile.read(into: parameters, folder: checkpoint.folder)
        }
    }

    /// Restores the weights of the best evaluation, if requested.
    ///
    /// - Returns: The step whose weights are the result, and the step of the best evaluation if
    ///   its checkpoint is damaged, so that the last weights are used.
    private func chooseResult() throws -> (step: Int, lostBest: Int?) {
        guard configuration.keepsBest, let best = bestEvaluation, best.step != completedSteps
        else { return (completedSteps, nil) }
        do {
            // Every file is verified before the first weight is changed.
            try restoreWeights(checkpoints.checkpoint(step: best.step))
            hasTakenBest = true
            return (best.step, nil)
        } catch let error as TrainingError where error.code == .damagedCheckpoint {
            return (completedSteps, best.step)
        }
    }

    /// The trained weights as a checkpoint contains them.
    static func weights(
        _ model: LanguageModel,
        of checkpoint: Checkpoint
    ) throws -> TrainedWeights {
        guard let parameters = model.parameters else {
            return .adapter(try LoRA(checkpoint.adapter(), for: model))
        }
        try ParameterFile.read(into: parameters, folder: checkpoint.folder)
        return .model(parameters)
    }

    /// The initial weights of a new run.
    static func initialWeights(
        _ model: LanguageModel,
        _ configuration: TrainingConfiguration
    ) throws -> TrainedWeights {
        guard let shape = configuration.adapterShape else {
            guard let parameters = model.parameters else {
                preconditionFailure("the model was not opened for training")
            }
            return .model(parameters)
        }
        guard let folder = configuration.initialAdapter else {
            return .adapter(
                LoRA(
                    model.configuration,
                    shape: shape,
                    seed: configuration.seed,
                    initialization: configuration.initialization
                )
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
        guard adapter.shape == shape else {
            throw TrainingError(
                .configuration,
                "The adapter in \(folder) has rank \(adapter.shape.rank), alpha \(adapter.shape.alpha) and targets "
                    + adapter.shape.targets.map(\.rawValue).joined(separator: ", ")
                    + ", which the settings contradict.",
                hint: "leave rank, alpha and targets to the adapter"
            )
        }
        return .adapter(adapter)
    }

    var startReport: StartReport {
        StartReport(
            totalSteps: totalSteps,
            firstStep: completedSteps,
            trainingExamples: plan.training.examples.count,
            evaluationExamples: plan.evaluation.examples.count,
            parameterCount: weights.buffer.count,
            warnings: warnings
        )
    }

    private func writeResult() throws -> TrainingResult {
        switch weights {
        case .adapter(let adapter):
            try file(of: adapter).write(folder: resultFolder)
            return .adapter(folder: resultFolder)
        case .model(let parameters):
            try Files.makeFolder(resultFolder, below: FilePaths.parent(resultFolder))
            let path = "\(resultFolder)/\(TrainingResult.modelName)"
            try parameters.write(inPlaceOfThoseOf: plan.model.file, to: path)
            return .model(path: path)
        }
    }

    private func file(of adapter: LoRA) throws -> AdapterFile {
        try adapter.adapterFile(
            for: plan.model,
            baseModel: provenance.modelName,
            dropout: configuration.dropout
        )
    }
}
