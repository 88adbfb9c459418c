import Datasets
import EventBus
import FoundationEssentials
import Platform
import Tracking
public import Training

extension RunService {
    /// Starts a run in this process, on a thread of its own.
    ///
    /// Blocks until the run is in the store: opens the model and tokenizes the data.
    public func start(_ request: TrainingRequest) throws -> RunSummary {
        try start(request, on: ThreadLauncher(self))
    }

    /// Starts a run where a launcher executes it.
    package func start(
        _ request: TrainingRequest,
        on launcher: any RunLauncher
    ) throws -> RunSummary {
        try launch(on: launcher) { .prepared(try prepare(request, tags: [])) }
    }

    /// Starts a new run with the parameters of an earlier one.
    ///
    /// Blocks as ``start(_:)`` does.
    public func retry(_ id: String) throws -> RunSummary {
        try retry(id, on: ThreadLauncher(self))
    }

    /// Starts a new run with the parameters of an earlier one, where a launcher executes it.
    package func retry(_ id: String, on launcher: any RunLauncher) throws -> RunSummary {
        let plan = try retryPlan(id)
        guard let request = plan.request else {
            throw RunError(
                .conflict,
                "\(plan.run.name) was not started by this program, so its parameters are not known.",
                hint: "Start a new run with `t` or `workbench train`."
            )
        }
        var tags = [Tag(RunTag.retryOf, id), Tag(RunTag.parent, id)]
        if let phase = plan.run.previousPhase { tags.append(Tag(RunTag.follows, phase)) }
        return try launch(on: launcher) { .prepared(try prepare(request, tags: tags)) }
    }

    /// Resumes a stopped, failed or crashed run from its last checkpoint, exactly: the next step
    /// event is the one after it.
    ///
    /// If the run is finished and its next phase was never started, that phase starts. Blocks as
    /// ``start(_:)`` does.
    ///
    /// - Parameter changes: Options that change no number and have another value from now on.
    public func resume(_ id: String, changing changes: OptionTexts = [:]) throws -> RunSummary {
        try launch(on: ThreadLauncher(self)) { .stored(run: id, changing: changes) }
    }

    /// Begins to execute a run where a launcher does that; every run begins here.
    func launch(
        on launcher: any RunLauncher,
        _ order: () throws -> RunOrder
    ) throws -> RunSummary {
        try opened.checkWritable()
        return try RunError.wording { try summary(launcher.launch(order()).run) }
    }

    /// Reads and checks all that a stopped run is resumed with, and takes hold of it; of a finished
    /// run it prepares the next phase.
    func prepare(resuming id: String, changing changes: OptionTexts) throws -> PreparedRun {
        guard let lock = try RunLock.take(opened.layout.lock(run: id)) else {
            throw Self.live(id, RunLock.holder(of: opened.layout.lock(run: id)) ?? 0)
        }
        let plan = try retryPlan(id)
        let record = try opened.store.run(id)
        if RunLock.isHeld(folder: folder(of: record).path) {
            // The file of its lock was removed.
            throw Self.live(id, record.tags[RunTag.execution].flatMap(RunHold.process) ?? 0)
        }
        let newest = try checkpoints(of: record).newest()
        if let next = try next(after: id, changing: changes) {
            lock.release()
            return next
        }
        guard plan.run.status != .finished, var request = plan.request else {
            throw Self.notResumable(plan)
        }
        try changes.apply(to: &request)
        // Without a checkpoint the steps are taken from the first on, to the same bits.
        let checkpoint = newest.checkpoint
        if checkpoint == nil, let damage = newest.damages.first {
            throw RunError(
                .conflict,
                damage.message,
                hint: damage.hint ?? "`workbench runs retry` begins anew, as another run."
            )
        }
        for damage in newest.damages {
            opened.notices.publish(Notice(.warning, damage.message, hint: damage.hint))
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
        let hold = try hold(record, lock, mark: RunHold.newMark())
        let batch = Batch(tags: [owner, hold.mark, Tag(RunTag.ending, "")])
        try opened.store.log(batch, run: id)
        let resumed = try recordingFailure(of: id, hold.mark) {
            try opened.store.updateRun(id, status: .running)
            // Nobody else writes to it from now on.
            return try opened.store.run(id)
        }
        return PreparedRun(
            record: resumed,
            inputs: inputs,
            hold: hold,
            checkpoint: checkpoint,
            stops: stops,
            forecast: nil
        )
    }

    /// Reads and checks all that a request names, and makes the run's row, which this process holds.
    ///
    /// - Parameters:
    ///   - tags: What else the row says.
    ///   - known: How often this process had been asked to end its runs when the run was wanted.
    func prepare(
        _ request: TrainingRequest,
        tags: [Tag],
        asked known: Int? = nil
    ) throws -> PreparedRun {
        let experiment = try request.experiment ?? sources.defaultExperiment() ?? "Default"
        let stops = known ?? stopCount
        let isStopped = isStopped(since: stops)
        var inputs = try inputs(for: request, isCancelled: isStopped)
        try inputs.checkLint()
        let forecast = try measured(admittedForecast(inputs), inputs, isStopped)
        let (snapshot, evaluation) = try keptData(of: inputs, isStopped)
        inputs.request.then = try keptPhases(of: request, isStopped)
        if isStopped() { throw CancellationError() }
        for decision in inputs.decisions {
            opened.notices.publish(Notice(.warning, "\(decision)."))
        }
        try checkLength(of: inputs.request)
        warnOfEvaluationsInVain(inputs)
        let id = opened.store.newRunID()
        guard let lock = try RunLock.take(opened.layout.lock(run: id)) else {
            throw RunError(.conflict, "The lock of run \(id) is taken.")
        }
        let mark = RunHold.newMark()
        let record = try create(
            id,
            inputs,
            experiment: experiment,
            snapshot: snapshot,
            evaluation: evaluation,
            tags + [mark]
        )
        events.publish(.changed(run: id))
        return PreparedRun(
            record: record,
            inputs: inputs,
            hold: try recordingFailure(of: id, mark) { try hold(record, lock, mark: mark) },
            checkpoint: nil,
            stops: stops,
            forecast: forecast
        )
    }

    /// Says what is asked of evaluations where there is nothing to evaluate on.
    private func warnOfEvaluationsInVain(_ inputs: TrainingInputs) {
        let request = inputs.request
        let asked = [
            ("the best result", request.choosesBest), ("patience", request.patience != nil),
            ("the interval of evaluations", request.evaluationInterval != nil),
            ("samples", (request.sampleCount ?? 0) > 0),
            ("prompts to answer", !request.samplePrompts.isEmpty),
        ].filter(\.1).map(\.0)
        guard inputs.evaluation.isEmpty, !asked.isEmpty else { return }
        opened.notices.publish(
            Notice(
                .warning,
                "Nothing of \(inputs.dataset.name) is held out, so this has nothing to go by: "
                    + asked.joined(separator: ", ") + ".",
                hint: "Give --eval-split or --eval-data."
            )
        )
    }

    private func create(
        _ id: String,
        _ inputs: TrainingInputs,
        experiment name: String,
        snapshot: String,
        evaluation: String?,
        _ tags: [Tag]
    ) throws -> RunRecord {
        var new = NewRun()
        new.id = id
        let experiment = try opened.store.findOrCreateExperiment(named: name)
        _ = try opened.writablePath(of: "\(experiment.artifactLocation)/\(id)")
        new.experimentID = experiment.id
        new.name = try freeName(inputs)
        new.tags =
            tags + [
                owner,
                Tag(RunTag.checkpointKey, opened.store.newRunID()),
                Tag(RunTag.request, try stored(inputs.request).json),
                Tag(RunTag.dataset, opened.location(of: snapshot)),
                Tag(RunTag.modelPath, inputs.modelPath),
                Tag(RunTag.modelDigest, inputs.provenance.modelDigest),
                Tag(RunTag.sourceName, "workbench train"),
                Tag(RunTag.sourceType, "LOCAL"),
            ]
        if let evaluation {
            new.tags.append(Tag(RunTag.evaluationDataset, opened.location(of: evaluation)))
        }
        let later = try inputs.request.then?.map { try sources.datasetName($0.dataset) }
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
        let record = try opened.store.createRun(new, isPublished: true)
        let phases = later.map { Param("then", $0) }
        let params = inputs.request.parameters + [phases].compactMap { $0 }
        try opened.store.log(Batch(params: params), run: id)
        var read = [
            DatasetInput(
                TrackedDataset(inputs.dataset, at: opened.location(of: snapshot)),
                context: "training"
            )
        ]
        if let data = inputs.evaluationDataset, let evaluation {
            let tracked = TrackedDataset(data, at: opened.location(of: evaluation))
            read.append(DatasetInput(tracked, context: "evaluation"))
        }
        try opened.store.logInputs(read, run: id)
        return record
    }

    /// The request as it is kept: what lies in the workspace by paths that move with it.
    private func stored(_ request: TrainingRequest) -> TrainingRequest {
        var stored = request
        stored.then = request.then?.map { phase in
            var phase = phase
            phase.dataset = opened.location(of: phase.dataset)
            phase.evaluationDataset = phase.evaluationDataset.map(opened.location)
            return phase
        }
        return stored
    }

    /// Refuses options that are too long to be kept with the run, before there is a run.
    private func checkLength(of request: TrainingRequest) throws {
        let longest = request.parameters.max { $0.value.utf8.count < $1.value.utf8.count }
        if let longest, longest.value.utf8.count > Self.maxParameterBytes {
            throw RunError(
                .invalid,
                "\(longest.key.text) takes \(longest.value.utf8.count) bytes; at most "
                    + "\(Self.maxParameterBytes) are kept with a run."
            )
        }
        let count = try request.json.utf8.count
        guard count <= Self.maxRequestBytes else {
            throw RunError(
                .invalid,
                "The run's options take \(count) bytes; at most \(Self.maxRequestBytes) are kept "
                    + "with it.",
                hint: "Shorten --sample-prompt, or give fewer phases."
            )
        }
    }

    /// What the store takes as a parameter's value, and as a tag's.
    private static let maxParameterBytes = 6000
    private static let maxRequestBytes = 8000

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

    private var owner: Tag { Tag(RunTag.owner, Identity.current().description) }

    /// Refuses to continue with other data or another model than those of the first steps.
    private static func check(
        _ inputs: TrainingInputs,
        against checkpoint: Checkpoint,
        of run: RunSummary
    ) throws(RunError) {
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

    private static func begunWithOther(_ what: String, _ run: RunSummary) -> RunError {
        RunError(
            .conflict,
            "\(run.name) was begun with other \(what), so it cannot be resumed exactly.",
            hint: "Train it again with `workbench runs retry`."
        )
    }

    private static func notResumable(_ plan: RetryPlan) -> RunError {
        if plan.run.status == .finished {
            return RunError(
                .conflict,
                "\(plan.run.name) is finished.",
                hint: "Train it again with `workbench runs retry`."
            )
        }
        return RunError(
            .conflict,
            "\(plan.run.name) was not started by this program, so its parameters are not known.",
            hint: nil
        )
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
