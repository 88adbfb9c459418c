import EventBus
import FoundationEssentials
import Platform
import Runs
import Synchronization
import Tracking
import Workspace

/// Sends a request to the process that executes a run, and waits for its answer.
struct RunControl {
    private let shared: SharedOptions

    init(_ shared: SharedOptions) {
        self.shared = shared
    }

    func ask(_ request: RunRequest.Kind, of reference: String) throws {
        let workspace = try shared.open(isWatching: true)
        let run = try workspace.runs.find(reference)
        let isAnswered = RunEnding(run.id, endsAtAnyEvent: true)
        let subscription = workspace.events.subscribe { isAnswered.receive($0) }
        defer { subscription.cancel() }
        let number = try workspace.runs.ask(request, of: run.id)
        while true {
            // The status is read first, because a run answers before it ends.
            let isLive = try workspace.runs.summary(run.id).status.isLive
            if let answer = try workspace.runs.answer(to: number) {
                return try shared.confirm(
                    "\(run.name): \(answer)",
                    ["run_id": .text(run.id), "answer": .text(answer)]
                )
            }
            guard isLive else {
                throw WorkspaceError(
                    .conflict,
                    "\(run.name) ended before it answered.",
                    hint: "`workbench runs show \(run.name)` shows how it ended."
                )
            }
            isAnswered.wait()
        }
    }
}

/// Waits for a change of a run, such as its end, or for any event about it.
final class RunEnding: Sendable {
    private let run: String
    private let endsAtAnyEvent: Bool
    private let arrived = Condition()
    private let cancelled = Atomic(false)

    init(_ run: String, endsAtAnyEvent: Bool = false) {
        self.run = run
        self.endsAtAnyEvent = endsAtAnyEvent
    }

    func receive(_ event: WorkspaceEvent) {
        guard case .run(let event) = event, event.run == run else { return }
        switch event {
        // The end of a run of another process is a change.
        case .changed, .ended, .crashed: arrived.signal()
        case .step, .paused, .checkpointed: if endsAtAnyEvent { arrived.signal() }
        case .evaluated, .sampled, .alerted, .phaseEnded: break
        }
    }

    func wait() { arrived.wait() }

    /// Whether the wait was cancelled.
    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    /// Ends the wait.
    func cancel() {
        cancelled.store(true, ordering: .relaxed)
        arrived.signal()
    }
}
