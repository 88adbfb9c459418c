import Datasets
import FoundationEssentials
import Tracking
import Training

extension RunService {
    /// Starts a run in this process, on a thread of its own.
    ///
    /// Blocks until the run is in the store: opens the model and tokenizes the data.
    public func start(_ request: TrainingRequest) throws -> RunSummary {
        try start(request, tags: [])
    }

    /// Starts a new run with the parameters of an earlier one.
    ///
    /// Blocks as ``start(_:)`` does.
    public func retry(_ id: String) throws -> RunSummary {
        let plan = try retryPlan(id)
        guard let request = plan.request else {
            throw WorkspaceError(
                .conflict,
                "\(plan.run.name) was not started by this program, so its parameters are not known.",
                hint: "Start a new run with `t` or `workbench train`."
            )
        }
        var tags = [Tag(RunTag.retryOf, id), Tag(RunTag.parent, id)]
        if let stage = plan.run.previousStage { tags.append(Tag(RunTag.follows, stage)) }
        return try start(request, tags: tags)
    }

    /// Goes on with a stopped, failed or crashed run from its last checkpoint, exactly: the next
    /// step event is the one after it.
    ///
    /// A finished run whose next stage was never started goes on with that. Blocks as ``start(_:)``
    /// does.
    public func resume(_ id: String) throws -> RunSummary {
        try opened.checkWritable()
        return try WorkspaceError.wording {
            guard let lock = try RunLock.take(opened.layout.lock(run: id)) else {
                let holder = RunLock.holder(of: opened.layout.lock(run: id)) ?? 0
                throw WorkspaceError(
                    .conflict,
                    "Run \(id) is being trained by process \(holder).",
                    hint: "Stop it first."
                )
            }
            let plan = try retryPlan(id)
            let record = try opened.store.run(id)
            let newest = try CheckpointStore(folder: folder(of: record).checkpoints).newest()
            if let next = try next(after: id) { return next }
            guard plan.run.status != .finished, let request = plan.request else {
                throw Self.notResumable(plan)
            }
            // Without a checkpoint the steps are taken from the first on, to the same bits.
            let checkpoint = newest.checkpoint
            if checkpoint == nil, let damage = newest.damages.first {
                throw WorkspaceError(
                    .conflict,
                    damage.message,
                    hint: damage.hint ?? "`workbench runs retry` begins anew, as another run."
                )
            }
            for damage in newest.damages {
                opened.publish(.notice(Notice(.warning, damage.message, hint: damage.hint)))
            }
            let stops = stopCount
            let inputs = try inputs(
                for: request,
                isLinting: false,
                isCancelled: isStopped(since: stops)
            )
            if let checkpoint {
                try Self.check(inputs, against: checkpoint, of: plan.run)
            } else if let then = record.tags[RunTag.modelDigest],
                then != inputs.provenance.modelDigest
            {
                throw Self.begunWithOther("model file", plan.run)
            }
            _ = try admittedForecast(inputs)
            try opened.store.log(Batch(tags: [owner, Tag(RunTag.ending, "")]), run: id)
            try opened.store.updateRun(id, status: .running)
            try execute(record, inputs, lock: lock, from: checkpoint, asked: stops)
            return try summary(id)
        }
    }

    func start(_ request: TrainingRequest, tags: [Tag]) throws -> RunSummary {
        try opened.checkWritable()
        return try WorkspaceError.wording {
            let stops = stopCount
            let isStopped = isStopped(since: stops)
            var inputs = try inputs(for: request, isCancelled: isStopped)
            try inputs.checkLint()
            let forecast = try measured(admittedForecast(inputs), inputs, isStopped)
            let (snapshot, evaluation) = try keptData(of: inputs, isStopped)
            inputs.request.then = try keptStages(of: request, isStopped)
            if isStopped() { throw CancellationError() }
            try checkLength(of: inputs.request)
            if inputs.evaluation.isEmpty,
                inputs.request.patience != nil || inputs.request.choosesBest == true
            {
                opened.publish(
                    .notice(
                        Notice(
                            .warning,
                            "Nothing of \(inputs.dataset.name) is held out, so the best result and "
                                + "patience have nothing to go by.",
                            hint: "Give --eval-split or --eval-data."
                        )
                    )
                )
            }
            let id = opened.store.newRunID()
            guard let lock = try RunLock.take(opened.layout.lock(run: id)) else {
                throw WorkspaceError(.conflict, "The lock of run \(id) is taken.")
            }
            let record = try create(id, inputs, snapshot: snapshot, evaluation: evaluation, tags)
            opened.publish(.runChanged(run: id))
            try execute(
                record,
                inputs,
                lock: lock,
                from: nil,
                asked: stops,
                forecast: forecast
            )
            return try summary(id)
        }
    }

    private func create(
        _ id: String,
        _ inputs: TrainingInputs,
        snapshot: String,
        evaluation: String?,
        _ tags: [Tag]
    ) throws -> RunRecord {
        let settings = Settings.read(folder: opened.layout.folder).settings
        let name = inputs.request.experiment ?? settings.experiment ?? "Default"
        var new = NewRun()
        new.id = id
        new.experimentID = try opened.store.findOrCreateExperiment(named: name).id
        new.name = try freeName(inputs)
        new.tags =
            tags + [
                owner,
                Tag(RunTag.request, try stored(inputs.request).json),
                Tag(RunTag.dataset, relative(snapshot)),
                Tag(RunTag.modelPath, inputs.modelPath),
                Tag(RunTag.modelDigest, inputs.provenance.modelDigest),
                Tag(RunTag.sourceName, "workbench train"),
                Tag(RunTag.sourceType, "LOCAL"),
            ]
        if let evaluation { new.tags.append(Tag(RunTag.evaluationDataset, relative(evaluation))) }
        let later = try inputs.request.then?.map { try datasets.find($0.dataset).name }
            .joined(separator: ",")
        if let later { new.tags.append(Tag(RunTag.then, later)) }
        let start = inputs.request.initialAdapter ?? inputs.modelPath
        if let origin = run(ofResult: start), !tags.contains(where: { $0.key == RunTag.follows }) {
            new.tags.append(Tag(RunTag.origin, origin.id))
        }
        if let digest = inputs.templateDigest {
            new.tags.append(Tag(RunTag.templateDigest, digest))
        }
        if let checkout = GitCheckout(containing: ".") { new.tags += checkout.tags }
        let record = try opened.store.createRun(new)
        let stages = later.map { Param("then", $0) }
        let params = inputs.request.parameters + [stages].compactMap { $0 }
        try opened.store.log(Batch(params: params), run: id)
        var read = [
            DatasetInput(
                TrackedDataset(inputs.dataset, at: relative(snapshot)),
                context: "training"
            )
        ]
        if let data = inputs.evaluationDataset, let evaluation {
            let tracked = TrackedDataset(data, at: relative(evaluation))
            read.append(DatasetInput(tracked, context: "evaluation"))
        }
        try opened.store.logInputs(read, run: id)
        return record
    }

    /// The request as it is kept: what lies in the workspace by paths that move with it.
    private func stored(_ request: TrainingRequest) -> TrainingRequest {
        var stored = request
        stored.then = request.then?.map { stage in
            var stage = stage
            stage.dataset = relative(stage.dataset)
            stage.evaluationDataset = stage.evaluationDataset.map(relative)
            return stage
        }
        return stored
    }

    /// Refuses options that are too long to be kept with the run, before there is a run.
    private func checkLength(of request: TrainingRequest) throws {
        let longest = request.parameters.max { $0.value.utf8.count < $1.value.utf8.count }
        if let longest, longest.value.utf8.count > Self.mostParameterBytes {
            throw WorkspaceError(
                .invalid,
                "\(longest.key.text) takes \(longest.value.utf8.count) bytes; at most "
                    + "\(Self.mostParameterBytes) are kept with a run."
            )
        }
        let count = try request.json.utf8.count
        guard count <= Self.mostRequestBytes else {
            throw WorkspaceError(
                .invalid,
                "The run's options take \(count) bytes; at most \(Self.mostRequestBytes) are kept "
                    + "with it.",
                hint: "Shorten --sample-prompt, or give fewer stages."
            )
        }
    }

    /// What the store takes as a parameter's value, and as a tag's.
    private static let mostParameterBytes = 6000
    private static let mostRequestBytes = 8000

    /// The name of a run: the one asked for, else one that no other run has.
    func freeName(_ inputs: TrainingInputs) throws -> String {
        guard inputs.request.runName == nil else { return inputs.runName }
        var query = RunQuery()
        query.details = []
        let taken = Set(try opened.store.runs(query).map(\.name))
        guard taken.contains(inputs.runName) else { return inputs.runName }
        var number = 2
        while taken.contains("\(inputs.runName)-\(number)") { number += 1 }
        return "\(inputs.runName)-\(number)"
    }

    /// The run that made what lies at a path.
    func run(ofResult path: String) -> RunRecord? {
        let ids = path.split(separator: "/").filter { part in
            part.utf8.count == 32 && part.utf8.allSatisfy { Self.hexadecimal.contains($0) }
        }
        return ids.last.flatMap { try? opened.store.run(String($0), details: .tags) }
    }

    private static let hexadecimal = Set("0123456789abcdef".utf8)

    /// How often this process was asked to end its runs.
    private var stopCount: Int { state.withLock { $0.stopCount } }

    /// Whether it was asked since; what is being loaded is given up then.
    private func isStopped(since count: Int) -> @Sendable () -> Bool {
        { [state] in state.withLock { $0.stopCount != count } }
    }

    /// Starts the thread that trains; `lock` is held until it ends.
    ///
    /// A run that was asked to stop since `stops` was read ends before its first step.
    private func execute(
        _ record: RunRecord,
        _ inputs: TrainingInputs,
        lock: RunLock,
        from checkpoint: Checkpoint?,
        asked stops: Int,
        forecast: TrainingForecast? = nil
    ) throws {
        let execution = RunExecution(run: record.id, opened: opened)
        let folder = folder(of: record)
        let opened = self.opened
        try Files.makeFolder(folder.path)
        // In one piece, so that closing waits for every thread that was started.
        try state.withLock { state in
            guard !state.isClosed else {
                throw WorkspaceError(.conflict, "The workspace is closed.")
            }
            if state.stopCount != stops { execution.stop() }
            state.threads[record.id] = try execution.start(lock: lock) { [machine] in
                try Self.logEnvironment(in: folder, machine.read())
                return try RunRecorder(
                    opened,
                    continuing: record,
                    in: folder,
                    from: checkpoint,
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
                    resultFolder: inputs.request.method == .full ? folder.model : folder.adapter,
                    resumingFrom: checkpoint
                )
            } makeSampler: { trainer in
                try RunSampler(inputs, trainer)
            } finish: { report, bytes in
                try Self.logResult(of: record, inputs, report, opened)
                if let forecast {
                    try Self.log(forecast, against: report, bytes, record.id, opened)
                }
                return (report.result.path, report.conclusion)
            } ended: { [weak self] in
                let row = (try? opened.store.lastMetricRow()) ?? 0
                self?.state.withLock { state in
                    state.executions[record.id] = nil
                    state.toldRows[record.id] = row
                }
            }
            state.executions[record.id] = execution
            if inputs.request.then != nil { state.stagesToCome.insert(record.id) }
        }
    }

    /// Stores what a run was forecast to take beside what it took.
    private static func log(
        _ forecast: TrainingForecast,
        against report: FinishReport,
        _ bytes: Int64,
        _ run: String,
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
        try opened.store.log(Batch(tags: [Tag(RunTag.cost, text)]), run: run)
    }

    /// Makes what a run made a logged model of it; a second time does nothing new.
    private static func logResult(
        of record: RunRecord,
        _ inputs: TrainingInputs,
        _ report: FinishReport,
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
        var model = try store.loggedModels(run: record.id).last?.id
        if model == nil {
            var new = NewLoggedModel(name: record.name)
            new.experimentID = record.experimentID
            new.artifactLocation = "\(record.artifactURI)/\(name)"
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
        try store.log(Batch(tags: [tag] + [conclusion].compactMap { $0 }), run: record.id)
    }

    private var owner: Tag { Tag(RunTag.owner, Identity.current().description) }

    /// A path below the workspace, as it is stored: the folder may be moved.
    private func relative(_ path: String) -> String {
        let prefix = opened.layout.folder + "/"
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    }

    /// Refuses to go on with other data or another model than those of the first steps.
    private static func check(
        _ inputs: TrainingInputs,
        against checkpoint: Checkpoint,
        of run: RunSummary
    ) throws(WorkspaceError) {
        let then = checkpoint.state.provenance
        let now = inputs.provenance
        guard then.datasetDigest != now.datasetDigest || then.modelDigest != now.modelDigest else {
            return
        }
        let what =
            then.modelDigest == now.modelDigest
            ? "data (\(then.datasetDigest.prefix(8)), now \(now.datasetDigest.prefix(8)))"
            : "model file (\(then.modelDigest.prefix(8)), now \(now.modelDigest.prefix(8)))"
        throw begunWithOther(what, run)
    }

    private static func begunWithOther(_ what: String, _ run: RunSummary) -> WorkspaceError {
        WorkspaceError(
            .conflict,
            "\(run.name) was begun with other \(what), so it cannot go on exactly.",
            hint: "Train it again with `workbench runs retry`."
        )
    }

    private static func notResumable(_ plan: RetryPlan) -> WorkspaceError {
        if plan.run.status == .finished {
            return WorkspaceError(
                .conflict,
                "\(plan.run.name) is finished.",
                hint: "Train it again with `workbench runs retry`."
            )
        }
        return WorkspaceError(
            .conflict,
            "\(plan.run.name) was not started by this program, so its parameters are not known.",
            hint: nil
        )
    }
}

extension FinishReport {
    /// What is not as one would expect of a run that took all its steps.
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

extension TrackedDataset {
    /// A dataset as a run records it; MLflow's column for digests holds 36 characters.
    init(_ dataset: Dataset, at path: String) {
        self.init(
            name: dataset.name,
            digest: String(dataset.digest.prefix(36)),
            sourceType: "local",
            source: path,
            profile:
                "{\"num_rows\":\(dataset.training.count),\"num_held_out\":\(dataset.heldOut.count)}"
        )
    }
}
