import EventBus
import FoundationEssentials
import Machine
import Platform
import Tracking
import Training

extension RunService {
    /// Takes hold of a run for this process; its folder is made if it does not exist.
    func hold(_ record: RunRecord, _ lock: RunLock, mark: Tag) throws -> RunHold {
        let path = try opened.writablePath(of: record.artifactURI)
        try Files.makeFolder(path, below: opened.layout.folder)
        return try RunHold(
            run: record.id,
            folder: RunFolder(path: path),
            mark: mark,
            lock: lock,
            opened
        )
    }

    /// Begins the execution of a run that has a row.
    ///
    /// An error is stored there, so that the run does not look as if its process had ended.
    func recordingFailure<Result>(
        of run: String,
        _ mark: Tag,
        _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch {
            let failure = Tag(RunTag.failure, RunError(error).description)
            try? opened.store.endRun(run, .failed, tags: [failure], marked: mark)
            events.publish(.changed(run: run))
            throw error
        }
    }

    /// Begins the execution of a prepared run.
    func recordingFailure<Result>(
        of run: PreparedRun,
        _ body: () throws -> Result
    ) throws -> Result {
        try recordingFailure(of: run.record.id, run.hold.mark, body)
    }

    static func live(_ run: String, _ process: Int32) -> RunError {
        RunError(
            .conflict,
            "Run \(run) is being trained by process \(process).",
            hint: "Stop it first."
        )
    }

    /// Starts the thread that trains; the run is held until it ends.
    ///
    /// If this process was asked to end its runs during the preparation, the run ends before its first
    /// step.
    func execute(_ run: PreparedRun) throws {
        let (record, inputs, hold, stops) = (run.record, run.inputs, run.hold, run.stops)
        let execution = RunExecution(hold, opened, events)
        let folder = hold.folder
        let share = MachineShare()
        // Under the lock, so that closing waits for every started thread.
        try state.withLock { state in
            guard !state.isClosed else {
                throw RunError(.conflict, "The workspace is closed.")
            }
            if state.stopCount != stops { execution.stop() }
            state.threads[record.id] = try execution.start { [opened, events, machine] in
                try Self.logEnvironment(in: folder, machine.read())
                return try RunRecorder(
                    opened,
                    events,
                    continuing: record,
                    hold,
                    from: run.checkpoint,
                    system: SystemSampler(machine)
                )
            } makeTrainer: {
                try Trainer(
                    model: inputs.model,
                    examples: inputs.examples,
                    evaluation: inputs.evaluation,
                    configuration: inputs.configuration,
                    provenance: inputs.provenance,
                    checkpoints: folder.checkpoints,
                    checkpointKey: record.tags[RunTag.checkpointKey],
                    resultFolder: inputs.request.method == .full
                        ? folder.model : folder.adapter,
                    resumingFrom: run.checkpoint
                )
            } makeSampler: { trainer in
                try RunSampler(inputs, trainer)
            } finish: { [weak self, opened] report, bytes in
                try Self.logResult(of: record, inputs, report, hold, opened)
                if let forecast = run.forecast {
                    try Self.log(forecast, against: report, bytes, hold, opened)
                    let isAlone = self?.state.withLock { !$0.accompanied.contains(record.id) }
                    self?.learn(
                        from: forecast,
                        report,
                        inputs,
                        share: isAlone == true ? share : nil
                    )
                }
                return (report.result.path, report.conclusion)
            } ended: { [weak self] outcome in
                self?.state.withLock { state in
                    state.executions[record.id] = nil
                    state.accompanied.remove(record.id)
                    state.outcomes[record.id] = outcome
                    // The run may be resumed from now on.
                    guard outcome.status != .finished, state.phases.remove(record.id) != nil else {
                        return
                    }
                    state.phaseEnds[record.id] = PhaseEnd(run: record.id)
                }
            } followed: { [weak self] outcome in
                self?.endPhase(outcome, asked: stops)
            }
            if !state.executions.isEmpty {
                state.accompanied.formUnion(state.executions.keys)
                state.accompanied.insert(record.id)
            }
            state.executions[record.id] = execution
            if inputs.request.then != nil || record.tags[RunTag.follows] != nil {
                state.phases.insert(record.id)
                state.phaseEnds[record.id] = nil
            }
        }
    }

    /// Stores the forecast and the measured cost of a run.
    private static func log(
        _ forecast: TrainingForecast,
        against report: FinishReport,
        _ bytes: Int64,
        _ hold: RunHold,
        _ opened: OpenedFolder
    ) throws {
        let cost = RunCost(
            forecastSeconds: forecast.seconds,
            seconds: report.elapsedSeconds,
            forecastBytes: forecast.memory.peak,
            bytes: Int(bytes)
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let text = String(decoding: try encoder.encode(cost), as: UTF8.self)
        let batch = Batch(tags: [Tag(RunTag.cost, text)])
        try opened.store.log(batch, run: hold.run, by: .execution(mark: hold.mark))
    }

    /// Logs the result of a run as a model; a second call changes nothing.
    private static func logResult(
        of record: RunRecord,
        _ inputs: TrainingInputs,
        _ report: FinishReport,
        _ hold: RunHold,
        _ opened: OpenedFolder
    ) throws {
        let store = opened.store
        let (name, type, tag) =
            switch report.result {
            case .adapter:
                (RunFolder.adapterName, "peft", Tag(RunTag.adapter, RunFolder.adapterName))
            case .model:
                (
                    RunFolder.modelName, "gguf",
                    Tag(RunTag.model, "\(RunFolder.modelName)/\(TrainingResult.modelName)")
                )
            }
        let location = "\(record.artifactURI)/\(name)"
        // Clients may log models of this run too.
        var model = try store.loggedModels(run: record.id)
            .last { $0.artifactLocation == location }?.id
        if model == nil {
            var new = NewLoggedModel(name: record.name)
            new.experimentID = record.experimentID
            new.artifactLocation = location
            new.status = .ready
            new.modelType = type
            new.sourceRun = record.id
            new.params = inputs.request.parameters
            model = try store.createLoggedModel(new).id
        }
        if let model {
            if case .adapter(let folder) = report.result {
                try logCard(of: model, record, inputs, in: folder)
            }
            try store.logOutputs([ModelOutput(model: model, step: report.steps)], run: record.id)
        }
        let conclusion = report.conclusion.map { Tag(RunTag.conclusion, $0) }
        let tags = [tag] + [conclusion].compactMap { $0 }
        try store.log(Batch(tags: tags), run: record.id, by: .execution(mark: hold.mark))
    }
}

extension FinishReport {
    /// How the run differs from one that did all its steps.
    fileprivate var conclusion: String? {
        let early =
            steps < totalSteps
            ? "It ended after \(steps) of \(totalSteps) steps, since the held-out loss fell no more."
            : nil
        let best =
            resultStep != steps
            ? "The result is that of step \(resultStep), where the held-out loss was lowest." : nil
        let lost = lostBest.map {
            "The checkpoint of step \($0), where the held-out loss was lowest, is damaged; the result is "
                + "that of the last step."
        }
        let sentences = [early, best, lost].compactMap { $0 }
        return sentences.isEmpty ? nil : sentences.joined(separator: " ")
    }
}
