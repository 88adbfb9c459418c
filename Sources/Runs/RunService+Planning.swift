import Datasets
import Glibc
import Machine
import Platform
import Tracking
public import Training
import Transformer

extension RunService {
    /// Checks a request, counts its examples and steps, and forecasts time and memory.
    ///
    /// Blocks: opens the model, tokenizes the data and, if the time of such a run is not known yet,
    /// computes for a second or two.
    ///
    /// - Parameters:
    ///   - isMeasured: Whether the time is measured if it is not known, which is not done while this
    ///     process executes a run; else it follows from earlier measurements, if there are any.
    ///   - isCancelled: Asked often while it reads and computes.
    /// - Throws: ``RunError`` with the code `conflict` if there is not enough memory.
    public func plan(
        _ request: TrainingRequest,
        isMeasured: Bool = true,
        isCancelled: () -> Bool = { false }
    ) throws -> TrainingPlan {
        try RunError.translating {
            var plan = try phasePlan(request, isMeasured: isMeasured, isCancelled: isCancelled)
            plan.later = try (request.then ?? []).map { phase in
                try phasePlan(
                    phase.asPhase(after: request),
                    isMeasured: isMeasured,
                    isCancelled: isCancelled
                )
            }
            return plan
        }
    }

    private func phasePlan(
        _ request: TrainingRequest,
        isMeasured: Bool,
        isCancelled: () -> Bool
    ) throws -> TrainingPlan {
        let inputs = try withoutActuallyEscaping(isCancelled) { isCancelled in
            try self.inputs(for: request, isCancelled: isCancelled)
        }
        // During a run it would measure half the machine, delay the run and take the memory twice.
        let isBusy = !executed.isEmpty
        let (forecast, basis) = try timed(
            admittedForecast(inputs),
            inputs,
            isMeasured: isMeasured && !isBusy,
            isCancelled
        )
        return TrainingPlan(
            request: inputs.request,
            runName: try freeName(inputs),
            modelPath: inputs.modelPath,
            dataset: inputs.datasetTitle,
            trainingExamples: inputs.examples.count,
            evaluationExamples: inputs.evaluation.count,
            totalSteps: forecast.steps,
            tokensPerEpoch: inputs.examples.reduce(0) { $0 + $1.ids.count },
            memoryBytes: Int64(forecast.memory.peak),
            runMemoryBytes: Int64(forecast.memory.total),
            seconds: forecast.seconds,
            timeBasis: basis,
            warnings: inputs.warnings + (isMeasured && isBusy ? [Self.busyWarning] : [])
        )
    }

    private static let busyWarning =
        "Another run is trained in this process; the time is for a machine without it."

    /// The ways to retry a run that is not live.
    ///
    /// Blocks.
    public func retryPlan(_ id: String) throws -> RetryPlan {
        try RunError.translating {
            let record = try opened.store.run(id)
            let newest = try checkpoints(of: record).newest()
            var request = record.tags[RunTag.request].flatMap(TrainingRequest.init(json:))
            if let path = record.tags[RunTag.modelPath], FilePaths.exists(path) {
                request?.model = path
            }
            // The run was trained on the snapshot; the original may have changed.
            if let snapshot = record.tags[RunTag.dataset] {
                request?.dataset = opened.path(of: snapshot)
            }
            if let snapshot = record.tags[RunTag.evaluationDataset] {
                request?.evaluationDataset = opened.path(of: snapshot)
            }
            let phases = request?.then?.map { phase in
                var phase = phase
                phase.dataset = opened.path(of: phase.dataset)
                phase.evaluationDataset = phase.evaluationDataset.map(opened.path)
                return phase
            }
            request?.then = phases
            let summary = try summary(id)
            // This process holds the lock while it resumes the run.
            let isElsewhere = summary.ownerProcess.map { $0 != getpid() } ?? false
            let isResumable = summary.status != .finished && request != nil
            return RetryPlan(
                run: summary,
                resumableStep: isResumable ? newest.checkpoint?.state.completedSteps ?? 0 : nil,
                obstacle: isElsewhere
                    ? "It is being trained by process \(summary.ownerProcess ?? 0)."
                    : newest.damages.first?.description,
                request: request
            )
        }
    }

    /// The forecast from sizes alone; refused if there is not enough memory.
    func admittedForecast(_ inputs: TrainingInputs) throws -> TrainingForecast {
        let forecast = try self.forecast(inputs, inputs.configuration)
        let request = inputs.request
        let advice =
            "Lower --sequence-length (\(request.sequenceLength)) or --rank (\(request.rank)), "
            + "or give --gradient-checkpointing."
        try RunError.translating {
            try opened.memory.admit(
                forecast.memory.total,
                for: "Training \(inputs.runName)",
                hint: fittingOptions(inputs).map { "These would fit: \($0)." } ?? advice
            )
        }
        return forecast
    }

    private func forecast(
        _ inputs: TrainingInputs,
        _ configuration: TrainingConfiguration
    ) throws -> TrainingForecast {
        var forecast = try TrainingForecast(
            model: inputs.model,
            examples: inputs.examples,
            evaluation: inputs.evaluation,
            configuration: configuration
        )
        forecast.memory.answering = RunSampler.byteCount(inputs)
        // The memory of the model itself is allocated by now.
        let isHeld = inputs.model.parameters != nil || inputs.model.usesNormalFloat
        let resident = SystemMemory.residentBytes(withoutFile: inputs.modelPath)
        forecast.memory.program =
            Int(resident) - (isHeld ? forecast.memory.weights : 0) + Self.bookkeeping
        return forecast
    }

    /// The memory for recording a run: the store's pages, threads, events.
    private static let bookkeeping = 6_000_000

    /// Options that would fit: a smaller micro-batch with as many rows a step, gradient checkpointing.
    private func fittingOptions(_ inputs: TrainingInputs) -> String? {
        var halved = inputs.configuration
        while true {
            for recomputes in [halved.usesGradientCheckpointing, true] {
                var candidate = halved
                candidate.usesGradientCheckpointing = recomputes
                guard let forecast = try? forecast(inputs, candidate) else { continue }
                guard opened.memory.admits(forecast.memory.total) else { continue }
                return "--batch-size \(candidate.batchSize) --gradient-accumulation "
                    + "\(candidate.gradientAccumulation)\(recomputes ? " --gradient-checkpointing" : "")"
            }
            guard halved.batchSize.isMultiple(of: 2) else { return nil }
            halved.batchSize /= 2
            halved.gradientAccumulation *= 2
        }
    }
}

extension TrainingInputs {
    /// What a person should know before the start.
    fileprivate var warnings: [String] {
        var warnings = (lint?.findings ?? []).map { finding in
            finding.blocks ? "Blocks: \(finding.sentence)" : finding.sentence
        }
        warnings += decisions.map { "\($0)." }
        if overLength.rows > 0 { warnings.append(overLength.sentence) }
        if evaluation.isEmpty {
            warnings.append("Nothing is held out, so only the training loss will be known.")
        }
        return warnings
    }
}

extension OverLengthCounts {
    /// What was cut, in a sentence.
    var sentence: String {
        let what = rows == 1 ? "1 row is" : "\(rows) rows are"
        return
            "\(what) too long: \(dropped) left out, \(divided) divided, \(cutTokens) tokens cut, "
            + "\(cutTargets) of them to learn."
    }
}
