import EventBus
import Logging
import Platform
import Tracking

/// The attempts at a watched command, on the calling thread.
final class ScriptExecution {
    /// The reports to the caller.
    struct Observer {
        var line: (OutputLine) -> Void
        var metrics: ([PrintedMetric]) -> Void
        /// Something that the watching process says, such as the start of an attempt.
        var note: (String) -> Void
    }

    /// How an attempt ended.
    enum End: Equatable {
        case status(ChildProcess.Status)
        case timedOut
        /// It was asked to end, by this process's signal or a request.
        case stopped
        case notStarted(RunError)

        /// As a shell would report it.
        var exitStatus: Int32 {
            switch self {
            case .status(.exited(let code)): code
            case .status(.killed(let signal)): 128 + signal
            case .timedOut: 124
            case .stopped: 143
            case .notStarted: 127
            }
        }
    }

    /// The seconds between two readings of the requests to the run.
    private static let inattention = 0.4

    private let request: ScriptRequest
    private let hold: RunHold
    private let opened: OpenedFolder
    private let events: EventBus<RunEvent>
    private let recorder: ScriptRecorder
    private let control: ScriptControl
    private let observer: Observer
    private var lookedAt: ContinuousClock.Instant?
    /// When the command was asked to end.
    private var askedAt: ContinuousClock.Instant?
    private var stopRequests: [RunRequest] = []
    /// When the attempt must have ended; moved by pauses.
    private var deadline: ContinuousClock.Instant?
    private var pausedAt: ContinuousClock.Instant?
    private var isLate = false
    private var lastError = ""
    private(set) var attempt = 0

    init(
        _ request: ScriptRequest,
        _ hold: RunHold,
        _ opened: OpenedFolder,
        _ events: EventBus<RunEvent>,
        _ recorder: ScriptRecorder,
        _ control: ScriptControl,
        _ observer: Observer
    ) {
        self.request = request
        self.hold = hold
        self.opened = opened
        self.events = events
        self.recorder = recorder
        self.control = control
        self.observer = observer
    }

    /// Runs the command until an attempt succeeds or none is left.
    func run() -> ScriptOutcome {
        while true {
            attempt += 1
            if attempt > 1 {
                observer.note("attempt \(attempt) of \(request.retries + 1)")
            }
            let end = attemptOnce()
            observer.metrics(recorder.endAttempt())
            // A command that answers a signal by ending well was stopped, too.
            if end == .stopped || control.signal != nil { return outcome(.stopped, end) }
            if end == .status(.exited(0)) { return outcome(.finished, end) }
            let failure = failure(end)
            recorder.checkExit(failure.message)
            guard !isFinal(end), attempt <= request.retries, !control.isWarned else {
                return outcome(.failed, end, failure)
            }
            guard wait(seconds: request.retryDelay) else { return outcome(.stopped, end) }
        }
    }

    /// Whether another attempt would end in the same way.
    private func isFinal(_ end: End) -> Bool {
        if case .notStarted = end { true } else { false }
    }

    private func attemptOnce() -> End {
        recorder.begin(attempt: attempt)
        isLate = false
        lastError = ""
        deadline = request.timeout.map { .now + .seconds($0) }
        var program = CapturedProgram(
            .program(request.command[0], Array(request.command.dropFirst()))
        )
        program.environment = request.environment
        program.environment["WORKBENCH_ATTEMPT"] = "\(attempt)"
        program.grace = { [grace = request.grace] in grace }
        program.tap = request.tap
        defer { control.ended() }
        do {
            return .status(
                try program.run(
                    isCancelled: { tick() },
                    started: { control.began($0) },
                    take: { take($0) }
                )
            )
        } catch is CancellationError {
            return isLate ? .timedOut : .stopped
        } catch {
            return .notStarted(RunError(error))
        }
    }

    private func take(_ line: OutputLine) {
        observer.line(line)
        if line.stream == .error, !line.isUpdate, line.text.contains(where: { $0 != " " }) {
            lastError = line.text
        }
        let metrics = recorder.take(line)
        if !metrics.isEmpty { observer.metrics(metrics) }
        recorder.tick()
    }

    /// Called many times a second while the command runs; returns whether it must end.
    private func tick() -> Bool {
        recorder.tick()
        readRequests()
        let now = ContinuousClock.now
        if control.signal != nil { askedAt = askedAt ?? now }
        // The signal has been passed on: the command gets its grace first.
        if control.isTerminated || !stopRequests.isEmpty { return true }
        if let askedAt { return now - askedAt >= .seconds(request.grace) }
        guard let deadline, !control.isPaused, now >= deadline else { return false }
        isLate = true
        return true
    }

    /// Waits between two attempts; false if the command must end meanwhile.
    private func wait(seconds: Double) -> Bool {
        if seconds > 0 {
            observer.note("the next attempt begins in \(Self.shown(seconds)) s")
        }
        let end = ContinuousClock.now + .seconds(seconds)
        while true {
            readRequests()
            recorder.tick()
            if control.isWarned || askedAt != nil { return false }
            let left = (end - .now) / .seconds(1)
            guard left > 0 else { return true }
            _ = control.state.wait(seconds: min(left, Self.inattention)) { state in
                state.isWarned ? true : nil
            }
        }
    }

    private static func shown(_ seconds: Double) -> String {
        seconds == seconds.rounded() && abs(seconds) < 1e9 ? "\(Int(seconds))" : "\(seconds)"
    }

    // MARK: - Requests

    private func readRequests() {
        let now = ContinuousClock.now
        if let lookedAt, now - lookedAt < .seconds(Self.inattention) { return }
        lookedAt = now
        let requests: [RunRequest]
        do {
            requests = try opened.store.openRequests(run: hold.run)
        } catch {
            opened.log.warning("The requests to run \(hold.run) could not be read: \(error)")
            return
        }
        for request in requests where !stopRequests.contains(where: { $0.id == request.id }) {
            switch request.kind {
            case .stop:
                stopRequests.append(request)
                askedAt = askedAt ?? now
                resume()
            case .pause:
                pause()
                answer(request, "the command is halted")
            case .resume:
                resume()
                answer(request, "the command continues")
            case .checkpoint:
                answer(request, "a watched command has no checkpoints of this program")
            }
        }
    }

    private func pause() {
        guard control.setPaused(true) else { return }
        pausedAt = .now
        publish(RunExecution.pausedReason)
        events.publish(.paused(run: hold.run, step: recorder.lastStep, reason: nil))
    }

    private func resume() {
        guard control.setPaused(false) else { return }
        if let pausedAt { deadline = deadline.map { $0 + (.now - pausedAt) } }
        pausedAt = nil
        publish("")
        events.publish(.changed(run: hold.run))
    }

    private func publish(_ reason: String) {
        do {
            try opened.store.log(
                Batch(tags: [Tag(RunTag.paused, reason)]),
                run: hold.run,
                by: .execution(mark: hold.mark),
                published: .pause
            )
        } catch {
            opened.log.warning("The tag \(RunTag.paused) of run \(hold.run) was not set: \(error)")
        }
    }

    private func answer(_ request: RunRequest, _ text: String) {
        do {
            try opened.store.answerRequest(request.id, text)
        } catch {
            opened.log.warning("Request \(request.id) could not be answered: \(error)")
        }
    }

    // MARK: - The end

    private func failure(_ end: End) -> RunError {
        let name = request.command[0].split(separator: "/").last.map(String.init) ?? ""
        switch end {
        case .notStarted(let error): return error
        case .timedOut:
            return RunError(
                .failed,
                "\(name) took longer than \(Self.shown(request.timeout ?? 0)) s.",
                hint: "Raise --timeout."
            )
        case .stopped: return RunError(.cancelled, "\(name) was stopped.")
        case .status(let status):
            let last = lastError.isEmpty ? "." : ": \(lastError.prefix(500))"
            return RunError(.failed, "\(name): \(status.description)\(last)")
        }
    }

    private func outcome(
        _ status: RunCondition,
        _ end: End,
        _ failure: RunError? = nil
    ) -> ScriptOutcome {
        ScriptOutcome(
            run: hold.run,
            status: status,
            exitStatus: control.signal.map { 128 + $0 } ?? end.exitStatus,
            attempts: attempt,
            failure: failure
        )
    }
}

/// The numbers of signals that are treated in their own way.
package enum ScriptSignal {
    /// `SIGINT`: Python's programs end by an exception, and clean up.
    package static let interrupt: Int32 = 2
    /// `SIGTERM`.
    package static let terminate: Int32 = 15
}
