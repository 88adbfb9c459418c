import EventBus
import Logging
import ModelFiles
import Platform
import Tracking
import Training

/// One run that this process executes, on a thread of its own.
final class RunExecution: Sendable {
    private struct Control {
        var isStopRequested = false
        var isCancelled = false
        var hasNews = false
        /// Whether the trainer is set up, so that a stopped run has a checkpoint.
        var hasBegun = false
        /// Why it is paused, by a request or a monitor; nil if it is not.
        var pauseReason: String?
        /// The failed write, in words.
        var obstacle: String?
        /// Why this process may not execute the run any longer.
        var loss: RunLoss?
        /// When it was asked to pause or to end; nil if it was not.
        var askedAt: ContinuousClock.Instant?
        /// When its requests were last read.
        var lookedAt: ContinuousClock.Instant?
        var outcome: RunOutcome?

        var isEnding: Bool { isStopRequested || isCancelled }
        var waitingReason: String? { obstacle ?? pauseReason }
    }

    static let pausedReason = "paused"

    /// The interval in seconds in which a waiting run checks again if nothing wakes it.
    private static let patience = 1.0
    /// How long a step or an evaluation may still take after a request.
    private static let grace = Duration.milliseconds(500)
    /// The interval in which requests are read while it computes, if nothing announces one.
    private static let inattention = Duration.milliseconds(400)
    /// The priority of training: below that of the screen.
    private static let niceness: Int32 = 10

    let run: String
    let hold: RunHold
    let opened: OpenedFolder
    private let events: EventBus<RunEvent>
    private let control = Guarded(Control())

    /// Prepares to execute a run, which is held until its end is stored.
    init(_ hold: RunHold, _ opened: OpenedFolder, _ events: EventBus<RunEvent>) {
        run = hold.run
        self.hold = hold
        self.opened = opened
        self.events = events
    }

    /// Why the run waits; nil if it does not.
    var waitingReason: String? { control.withLock { $0.waitingReason } }

    /// How the run ended; nil before.
    var outcome: RunOutcome? { control.withLock { $0.outcome } }

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - makeRecorder: Called on the thread, first.
    ///   - makeTrainer: Called on the thread, since it allocates much memory.
    ///   - makeSampler: Called on the thread; nil for a run without samples.
    ///   - finish: Stores the result with the largest measured memory, and returns where the result is
    ///     and what a person should know about it.
    ///   - ended: Called on the thread once the run has ended and its lock is free.
    ///   - followed: Called on the thread once that was published.
    func start(
        makeRecorder: @escaping @Sendable () throws -> RunRecorder,
        makeTrainer: @escaping @Sendable () throws -> Trainer,
        makeSampler: @escaping @Sendable (Trainer) throws -> RunSampler?,
        finish:
            @escaping @Sendable (FinishReport, Int64) throws -> (
                result: String, conclusion: String?
            ),
        ended: @escaping @Sendable (RunOutcome) -> Void,
        followed: @escaping @Sendable (RunOutcome) -> Void
    ) throws(RunError) -> ServiceThread {
        try RunError.translating {
            try ServiceThread(name: "wb-train", niceness: Self.niceness) { [self] in
                let outcome = execute(makeRecorder, makeTrainer, makeSampler, finish)
                hold.release()
                ended(outcome)
                control.withLock { $0.outcome = outcome }
                events.publish(.ended(outcome))
                followed(outcome)
            }
        }
    }

    /// Makes the run read its requests now.
    func wake() { control.withLock { $0.hasNews = true } }

    /// Makes the run write a checkpoint and end.
    ///
    /// It ends after this step if that is done soon; else the step is interrupted, and computed again
    /// when the run is resumed. Before its trainer is set up, it ends without a checkpoint.
    func stop() {
        control.withLock { control in
            control.isStopRequested = true
            control.askedAt = control.askedAt ?? .now
        }
    }

    /// Makes the run end at once; the steps after the last checkpoint are lost.
    func cancel() {
        control.withLock { $0.isCancelled = true }
    }

    /// Blocks until a stopped run has a checkpoint, or the run has ended.
    func waitUntilBegun() {
        control.wait { control in
            control.hasBegun || control.outcome != nil ? () : nil
        }
    }

    /// Blocks until the run has ended.
    func wait() -> RunOutcome { control.wait { $0.outcome } }

    // MARK: - On the run's thread

    private func execute(
        _ makeRecorder: () throws -> RunRecorder,
        _ makeTrainer: () throws -> Trainer,
        _ makeSampler: (Trainer) throws -> RunSampler?,
        _ finish: (FinishReport, Int64) throws -> (result: String, conclusion: String?)
    ) -> RunOutcome {
        var recorder: RunRecorder?
        var trainer: Trainer?
        do {
            let made = try makeRecorder()
            recorder = made
            if control.withLock({ $0.isEnding }) {
                return end(.stopped, steps: made.stepsDone, made)
            }
            let prepared = try makeTrainer()
            trainer = prepared
            let sampler = try makeSampler(prepared)
            control.withLock { $0.hasBegun = true }
            let outcome = try prepared.run(
                between: { try self.directive(completedSteps: $0, made) },
                emit: { try self.take($0, made, step: prepared.completedSteps) },
                writeFailed: { self.waitForRoom(after: $0, step: prepared.completedSteps) },
                answer: sampler.map { sampler in { try sampler.answers(isCancelled: $0) } },
                isInterrupted: { self.isInterruptedByRequest },
                isCancelled: { self.control.withLock { $0.isCancelled } }
            )
            switch outcome {
            case .finished(let report):
                let stored = try retrying(prepared.completedSteps) {
                    try hold.check()
                    return try finish(report, made.peakResidentBytes)
                }
                try hold.check()
                return verified(
                    end(
                        .finished,
                        steps: report.steps,
                        made,
                        result: stored.result,
                        conclusion: stored.conclusion
                    )
                )
            case .stopped(let steps, _), .cancelled(let steps):
                return end(.stopped, steps: steps, made)
            }
        } catch {
            if let loss = error as? RunLoss ?? hold.loss {
                return end(lost: loss, trainer, recorder)
            }
            // A run that is stopped while it waits for disk space ends at its last checkpoint.
            let gaveUp = control.withLock { $0.isEnding && $0.obstacle != nil }
            if gaveUp { return end(.stopped, steps: recorder?.resumableStep ?? 0, recorder) }
            let steps = recorder?.stepsDone ?? 0
            let failure = Self.failure(error, run, resumingAt: recorder?.resumableStep ?? 0)
            var outcome = end(.failed, steps: steps, recorder, failure: failure)
            outcome.hasDiverged = (error as? TrainingError)?.code == .diverged
            return outcome
        }
    }

    /// Records an event.
    ///
    /// If the run is no longer this process's, the event is ignored, and the run ends before its next
    /// step, where a checkpoint can be written.
    private func take(_ event: TrainingEvent, _ recorder: RunRecorder, step: Int) throws {
        do {
            try recorder.record(event)
        } catch {
            guard let loss = hold.loss else { throw error }
            control.withLock { control in
                control.loss = loss
                control.askedAt = .now
            }
            return
        }
        if case .alerted(let alert) = event, alert.action == .pause {
            setPaused(
                "\(alert.monitor.rawValue) at step \(alert.step): \(alert.message)",
                step: step
            )
        }
        setObstacle(nil, step: step)
    }

    /// Whether the current computation is to be interrupted for a request.
    ///
    /// Short computations may end.
    private var isInterruptedByRequest: Bool {
        let now = ContinuousClock.now
        let (askedAt, hasToLook) = control.withLock { control in
            let isLate = control.lookedAt.map { now - $0 > Self.inattention } ?? true
            let hasToLook = control.askedAt == nil && (control.hasNews || isLate)
            if hasToLook {
                control.lookedAt = now
                control.hasNews = false
            }
            return (control.askedAt, hasToLook)
        }
        if let askedAt { return now - askedAt > Self.grace }
        guard hasToLook else { return false }
        let isAsked = openRequests().contains { $0.kind == .stop || $0.kind == .pause }
        if isAsked { control.withLock { $0.askedAt = now } }
        return false
    }

    /// Reads and answers the requests since the last step; blocks while the run is paused.
    ///
    /// A request for a checkpoint is answered after the write: the trainer calls this again then.
    private func directive(completedSteps: Int, _ recorder: RunRecorder) throws -> Directive {
        while true {
            if let loss = control.withLock({ $0.loss }) { throw loss }
            try hold.check()
            var isCheckpointAsked = false
            for request in openRequests() {
                switch request.kind {
                case .pause:
                    setPaused(Self.pausedReason, step: completedSteps)
                    answer(request, "paused before step \(completedSteps)")
                case .resume:
                    setPaused(nil, step: completedSteps)
                    answer(request, "continues with step \(completedSteps)")
                case .checkpoint where recorder.resumableStep == completedSteps:
                    answer(request, "checkpoint before step \(completedSteps)")
                case .checkpoint:
                    isCheckpointAsked = true
                case .stop: stop()
                }
            }
            if control.withLock({ $0.isCancelled }) { throw CancellationError() }
            let (isStopping, isWaiting) = control.withLock { control in
                control.hasNews = false
                control.askedAt = control.isStopRequested ? control.askedAt : nil
                control.lookedAt = .now
                return (control.isStopRequested, control.pauseReason != nil)
            }
            if isStopping { return .stop }
            if isCheckpointAsked { return .checkpoint }
            if !isWaiting { return .proceed }
            _ = control.wait(seconds: Self.patience) { control in
                control.hasNews || control.isStopRequested || control.isCancelled ? true : nil
            }
        }
    }

    /// After a failed write: blocks until the next attempt, or until the run is stopped.
    private func waitForRoom(after error: any Error, step: Int) -> RetryDecision {
        // Waiting helps if the disk is full, not if a value cannot be encoded.
        guard !(error is EncodingError), !(error is RunLoss), hold.loss == nil else { return .fail }
        if let error = error as? ModelFileError, error.code == .changed { return .fail }
        setObstacle(RunError(error).description, step: step)
        _ = control.wait(seconds: Self.patience) { $0.isEnding ? true : nil }
        if openRequests().contains(where: { $0.kind == .stop }) { stop() }
        let isStopping = control.withLock { $0.isEnding }
        return isStopping ? .fail : .retry
    }

    func retrying<Result>(_ step: Int, _ body: () throws -> Result) throws -> Result {
        while true {
            do {
                let result = try body()
                setObstacle(nil, step: step)
                return result
            } catch {
                guard waitForRoom(after: error, step: step) == .retry else { throw error }
            }
        }
    }

    private func setPaused(_ reason: String?, step: Int) {
        change(step: step) { $0.pauseReason = reason }
    }

    private func setObstacle(_ obstacle: String?, step: Int) {
        // The first reason stays: the next attempt fails with another file name.
        change(step: step) { $0.obstacle = obstacle == nil ? nil : $0.obstacle ?? obstacle }
    }

    /// Changes why the run waits; a change is stored and published.
    private func change(step: Int, _ body: (inout Control) -> Void) {
        let (before, after) = control.withLock { control in
            let before = control.waitingReason
            body(&control)
            return (before, control.waitingReason)
        }
        guard after != before else { return }
        if let after { opened.log.info("Run \(run) waits before step \(step): \(after)") }
        tag(RunTag.paused, after ?? "", published: .pause)
        if let after {
            let reason = after == Self.pausedReason ? nil : after
            events.publish(.paused(run: run, step: step, reason: reason))
        } else {
            events.publish(.changed(run: run))
        }
    }

    /// The open requests; a store that cannot be read for a moment does not end a run.
    func openRequests() -> [RunRequest] {
        do {
            return try opened.store.openRequests(run: run)
        } catch {
            opened.log.warning("The requests to run \(run) could not be read: \(error)")
            return []
        }
    }

    func answer(_ request: RunRequest, _ text: String) {
        do {
            try opened.store.answerRequest(request.id, text)
        } catch {
            opened.log.warning("Request \(request.id) could not be answered: \(error)")
        }
    }

    private func tag(_ key: TrackingKey, _ value: String, published change: RunChange) {
        do {
            let batch = Batch(tags: [Tag(key, value)])
            try opened.store.log(
                batch,
                run: run,
                by: .execution(mark: hold.mark),
                published: change
            )
        } catch {
            opened.log.warning("The tag \(key) of run \(run) could not be set: \(error)")
        }
    }
}
