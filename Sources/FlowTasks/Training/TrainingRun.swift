import EventBus
import JSON
import Platform
import Runs
import Tracking
import Training
import Workflows

/// The run of the tracker that a task trains: started once, continued by later attempts.
struct TrainingRun {
    private let call: TaskCall
    private let services: any TaskServices
    private var runs: RunService { services.runs }

    init(_ call: TaskCall, _ services: any TaskServices) {
        self.call = call
        self.services = services
    }

    /// Starts or continues the run, and waits for its end.
    ///
    /// - Throws: ``FlowError`` with the code `invalid` for an error that would recur, `failed` for
    ///   one that may not; `CancellationError` after it was stopped, with a checkpoint.
    func finish(_ request: TrainingRequest) throws -> RunSummary {
        guard let known = try reserved() else { return try ended(follow(start(request))) }
        var run = known
        while true {
            if run.status == .finished { return run }
            if run.ownerProcess == nil {
                do {
                    call.log("continues run \(run.name) at step \(run.resumableStep ?? 0)")
                    let changes = try TrainingInput.resumable(call.inputs)
                    return try ended(follow(runs.resume(run.id, changing: changes)))
                } catch let error as RunError {
                    run = try runs.summary(run.id)
                    // It may have been finished or continued by another process in between.
                    if run.status == .finished || run.ownerProcess != nil { continue }
                    guard let damage = try runs.retryPlan(run.id).obstacle else {
                        throw FlowError(task: error)
                    }
                    call.log("trains again, as another run: \(damage)")
                    return try ended(follow(start(request)))
                }
            }
            // A person may have let another process continue it.
            try waitElsewhere(run)
            run = try runs.summary(run.id)
        }
    }

    /// The run that an earlier attempt has started.
    private func reserved() throws -> RunSummary? {
        guard let id = call.reservation, let run = try? runs.summary(id), !run.isDeleted else {
            return nil
        }
        return run
    }

    /// Starts a run, whose id is stored before.
    private func start(_ request: TrainingRequest) throws -> RunSummary {
        let id = runs.reservedID()
        try call.reserve(id)
        var request = request
        // MLflow shows nested runs within the experiment of their parent.
        if request.experiment == nil, let parent = call.parentRun {
            request.experiment = try runs.summary(parent).experiment
        }
        do {
            return try runs.start(
                request,
                as: id,
                parent: call.parentRun,
                tags: [Tag(RunTag.flowRun, call.flowRun), Tag(RunTag.flowTask, call.task)],
                isCancelled: { [call] in call.isCancelled }
            )
        } catch {
            if call.isCancelled { throw CancellationError() }
            throw FlowError(task: error)
        }
    }

    /// Reports the progress of a run of this process until it ends; stops it if the task is cancelled.
    private func follow(_ summary: RunSummary) throws -> RunOutcome {
        let id = summary.id
        let total = summary.totalSteps
        let news = Guarded((hasEnded: false, count: 0))
        let subscription = runs.events.subscribe { [call] event in
            guard event.run == id else { return }
            Self.report(event, of: total, to: call)
            news.withLock { news in
                news.count += 1
                if case .ended = event { news.hasEnded = true }
            }
        }
        defer { withExtendedLifetime(subscription) {} }
        var isStopping = false
        // The event of the end may have come before the subscription.
        while !(news.withLock { $0.hasEnded }), runs.executed.contains(id) {
            if call.isCancelled, !isStopping {
                isStopping = true
                _ = try? runs.ask(.stop, of: id)
            }
            _ = news.wait(seconds: 0.1) { news in
                defer { news.count = 0 }
                return news.hasEnded || news.count > 0 ? true : nil
            }
        }
        return try runs.wait(for: id)
    }

    private func ended(_ outcome: RunOutcome) throws -> RunSummary {
        let id = outcome.run
        switch outcome.status {
        case .finished:
            let summary = try runs.summary(id)
            if let conclusion = summary.conclusion { call.log(conclusion) }
            return summary
        case .stopped:
            try call.checkCancellation()
            throw FlowError(
                .cancelled,
                "Run \(id) was stopped before step \(outcome.stepsDone).",
                hint: "A retry of the flow continues it from its checkpoint."
            )
        default:
            let failure = outcome.failure ?? RunError(.failed, "Run \(id) failed.")
            // The same steps would have the same numbers again.
            throw FlowError(
                outcome.hasDiverged ? .invalid : .failed,
                failure.message,
                hint: failure.hint,
                details: failure.details
            )
        }
    }

    /// Waits until no other process executes a run.
    private func waitElsewhere(_ summary: RunSummary) throws {
        call.log("run \(summary.name) is executed by process \(summary.ownerProcess ?? 0)")
        let pause = Guarded(false)
        while let now = try? runs.summary(summary.id), now.ownerProcess != nil, !now.isMine {
            if call.isCancelled {
                _ = try? runs.ask(.stop, of: summary.id)
                throw CancellationError()
            }
            call.progress(now.progress, "step \(now.stepsDone) in another process")
            _ = pause.wait(seconds: 0.5) { _ in Bool?.none }
        }
    }

    private static func report(_ event: RunEvent, of total: Int?, to call: TaskCall) {
        switch event {
        case .step(_, let point): report(point, of: total, to: call)
        case .evaluated(_, let step, let loss):
            call.log("step \(step): held-out loss \(rounded(loss))")
        case .alerted(_, let alert):
            call.log("step \(alert.step): \(alert.monitor): \(alert.message)")
        case .paused(_, let step, let reason):
            call.progress(nil, "waits before step \(step)\(reason.map { ": \($0)" } ?? "")")
        case .checkpointed(_, let step): call.log("checkpoint before step \(step)")
        case .changed, .sampled, .phaseEnded, .crashed, .ended: break
        }
    }

    private static func report(_ point: StepPoint, of total: Int?, to call: TaskCall) {
        let done = point.step + 1
        let fraction = total.map { Double(done) / Double(max(1, $0)) }
        call.progress(
            fraction,
            "step \(done)\(total.map { " of \($0)" } ?? "")"
                + (point.loss.map { ", loss \(rounded($0))" } ?? "")
        )
    }

    /// A loss with four digits.
    private static func rounded(_ value: Double) -> String {
        value.isFinite && abs(value) < 1e9 ? "\((value * 10_000).rounded() / 10_000)" : "\(value)"
    }
}
