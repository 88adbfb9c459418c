import Datasets
import EventBus
import FoundationEssentials
import Platform
package import Tracking
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

    /// The id of a run that is to be started later.
    package func reservedID() -> String { opened.store.newRunID() }

    /// Starts a run of a reserved id in this process.
    ///
    /// - Parameters:
    ///   - id: What ``reservedID()`` returned; no run may have it yet.
    ///   - parent: The run that it belongs to.
    ///   - tags: Further tags of its row.
    ///   - isCancelled: Asked while it loads.
    /// - Throws: `CancellationError` if it is cancelled before the run is in the store.
    package func start(
        _ request: TrainingRequest,
        as id: String,
        parent: String?,
        tags: [Tag],
        isCancelled: @escaping @Sendable () -> Bool
    ) throws -> RunSummary {
        let parent = parent.map { Tag(RunTag.parent, $0) }
        return try launch(on: ThreadLauncher(self)) {
            .prepared(
                try prepare(
                    request,
                    as: id,
                    tags: [parent].compactMap { $0 } + tags,
                    isCancelled: isCancelled
                )
            )
        }
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
            throw Self.unknownParameters(
                plan.run,
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

    /// Begins to execute a run by a launcher, and returns its summary.
    func launch(
        on launcher: any RunLauncher,
        _ order: () throws -> RunOrder
    ) throws -> RunSummary {
        try opened.checkWritable()
        return try RunError.translating { try summary(launcher.launch(order()).run) }
    }

    /// Reads and checks all that a stopped run is resumed with, and takes hold of it; of a finished
    /// run it prepares the next phase.
    ///
    /// - Parameter known: How often this process had been asked to end its runs when the run was requested.
    func prepare(
        resuming id: String,
        changing changes: OptionTexts,
        asked known: Int? = nil
    ) throws -> PreparedRun {
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
                hint: damage.hint ?? "`workbench runs retry` trains again, as another run."
            )
        }
        for damage in newest.damages {
            opened.notices.publish(Notice(.warning, damage.message, hint: damage.hint))
        }
        let stops = known ?? stopCount
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
            throw Self.startedWithOther("model file", plan.run)
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
    ///   - reserved: The id of the row; nil for a new one.
    ///   - tags: Further tags of the row.
    ///   - known: How often this process had been asked to end its runs when the run was requested.
    ///   - isCancelled: Asked while it loads, besides whether this process ends its runs.
    func prepare(
        _ request: TrainingRequest,
        as reserved: String? = nil,
        tags: [Tag],
        asked known: Int? = nil,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws -> PreparedRun {
        let experiment = try request.experiment ?? sources.defaultExperiment() ?? "Default"
        let stops = known ?? stopCount
        let isEnding = isStopped(since: stops)
        let isStopped: @Sendable () -> Bool = { isEnding() || isCancelled() }
        var inputs = try inputs(for: request, isCancelled: isStopped)
        try inputs.checkLint()
        let forecast = try timed(
            admittedForecast(inputs),
            inputs,
            isMeasured: executed.isEmpty,
            isStopped
        ).forecast
        let (snapshot, evaluation) = try keptData(of: inputs, isStopped)
        inputs.request.then = try keptPhases(of: request, isStopped)
        if isStopped() { throw CancellationError() }
        for decision in inputs.decisions {
            opened.notices.publish(Notice(.warning, "\(decision)."))
        }
        try checkLength(of: inputs.request)
        warnOfEvaluationsInVain(inputs)
        let id = reserved ?? opened.store.newRunID()
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

    /// How often this process was asked to end its runs.
    private var stopCount: Int { state.withLock { $0.stopCount } }

    /// Whether it was asked since; loading ends then.
    private func isStopped(since count: Int) -> @Sendable () -> Bool {
        { [state] in state.withLock { $0.stopCount != count } }
    }

    var owner: Tag { Tag(RunTag.owner, Identity.current().description) }

    /// Refuses to resume with other data or another model than the first steps had.
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
        throw startedWithOther(what, run)
    }

    private static func startedWithOther(_ what: String, _ run: RunSummary) -> RunError {
        RunError(
            .conflict,
            "\(run.name) started with other \(what), so it cannot be resumed exactly.",
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
        return unknownParameters(plan.run, hint: nil)
    }

    /// The refusal of a run that is no training of this program.
    private static func unknownParameters(_ run: RunSummary, hint: String?) -> RunError {
        if run.tags[RunTag.script.text] != nil, let command = run.parameters["command"] {
            return RunError(
                .conflict,
                "\(run.name) is a command that was watched, and no training.",
                hint: "`workbench watch -- \(command)` runs it again."
            )
        }
        return RunError(
            .conflict,
            "\(run.name) was not started by this program, so its parameters are not known.",
            hint: hint
        )
    }
}
