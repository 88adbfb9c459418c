import ArgumentParser
import EventBus
import Platform
import Presentation
import Runs
import Synchronization
import Workspace

/// Executes a run in this process and reports its events and those of the phases after it.
struct RunFollower {
    let workspace: Workspace
    let isJSON: Bool
    /// What the signal handler stops.
    let opened: OpenedWorkspace

    private var signal: Int32 { Signals.received.load(ordering: .relaxed) }

    /// Handles signals, then opens the workspace.
    ///
    /// Call this before any thread is started, so that one thread takes all signals.
    init(_ shared: SharedOptions) throws {
        let opened = OpenedWorkspace()
        Signals.handle { _ in
            opened.stop()
            let isTraining = opened.workspace.map { !$0.runs.executed.isEmpty } ?? false
            Console.note(
                isTraining
                    ? "stopping: a checkpoint is written; ctrl+c or SIGTERM ends at once"
                    : "stopping: loading is cancelled; ctrl+c or SIGTERM ends at once"
            )
        }
        workspace = try shared.open()
        opened.workspace = workspace
        self.opened = opened
        isJSON = shared.json
    }

    /// Starts a run and follows it and its later phases to the end.
    func run(_ start: () throws -> RunSummary) throws {
        defer { workspace.close() }
        // One for all phases, because the next one may begin before the end of this one is printed.
        let output = TrainOutput(isJSON: isJSON)
        let subscription = workspace.events.subscribe { output.receive($0) }
        defer { subscription.cancel() }
        var finished = try follow(try cancellable(start), output)
        while let run = finished {
            guard let end = workspace.runs.phaseEnd(after: run.id) else { return }
            report(end)
            if signal != 0, end.next == nil, !run.laterPhases.isEmpty { throw interrupted(run) }
            if let failure = end.failure {
                throw WorkspaceError(
                    failure.code,
                    "\(run.name) is finished, but its next phase did not start: \(failure.message)",
                    hint: "`workbench train --resume \(run.id)` starts it."
                )
            }
            finished = try end.next.flatMap { try follow($0, output) }
        }
    }

    private func interrupted(_ run: RunSummary) -> ExitCode {
        Console.note("`workbench train --resume \(run.id)` starts the next phase")
        return ExitCode(128 + signal)
    }

    /// Reports a run until it has ended; nil unless it was finished.
    private func follow(_ summary: RunSummary, _ output: TrainOutput) throws -> RunSummary? {
        output.begin(summary)
        if signal != 0 { opened.stop() }
        let outcome = try workspace.runs.wait(for: summary.id)
        output.end(outcome)
        if outcome.status == .failed {
            throw outcome.failure ?? WorkspaceError(.failed, "The run failed.")
        }
        if signal != 0, outcome.status != .finished { throw ExitCode(128 + signal) }
        return outcome.status == .finished ? summary : nil
    }

    /// Runs a body; a signal that cancels it ends the program with that signal's status.
    private func cancellable<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as WorkspaceError where error.code == .cancelled {
            throw signal == 0 ? error : ExitCode(128 + signal)
        }
    }

    /// Prints the held-out losses of the phases so far.
    private func report(_ end: PhaseEnd) {
        if let problem = end.problem {
            Console.remark(
                "the held-out losses could not be computed: \(problem.message)",
                hint: problem.hint
            )
        }
        for loss in end.losses {
            if isJSON {
                try? Console.printJSON(PhaseLine(run: end.run, loss))
            } else {
                Console.print(Console.line("after phase \(loss.afterPhase)  \(loss.sentence)"))
            }
        }
    }
}

/// The held-out loss of a phase, as a line of JSON.
private struct PhaseLine: Encodable {
    let event = "stage"
    let afterPhase: Int
    let run: String
    let phase: Int
    let dataset: String
    let evalLoss: Double

    init(run: String, _ loss: PhaseLoss) {
        afterPhase = loss.afterPhase
        self.run = run
        phase = loss.phase
        dataset = loss.dataset
        evalLoss = loss.evaluationLoss
    }

    private enum CodingKeys: String, CodingKey {
        case event, run, dataset, evalLoss
        case afterPhase = "afterStage"
        case phase = "stage"
    }
}
