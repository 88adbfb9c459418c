import ArgumentParser
import EventBus
import Presentation
import Synchronization
import Workspace

/// Has a run done in this process, with the stages after it, and tells what happens.
struct RunFollower {
    let workspace: Workspace
    let isJSON: Bool
    /// What the handler of signals stops.
    let running: Running

    private var signal: Int32 { Signals.received.load(ordering: .relaxed) }

    /// Opens the workspace, once a signal stops what runs in it.
    ///
    /// To be called before any thread is started, so that all leave the signals to one.
    init(_ shared: SharedOptions) throws {
        let running = Running()
        Signals.handle { _ in
            running.stop()
            let isTraining = running.workspace.map { !$0.runs.executed.isEmpty } ?? false
            Console.note(
                isTraining
                    ? "stopping: a checkpoint is written; ctrl+c or SIGTERM ends at once"
                    : "stopping: what is being loaded is given up; ctrl+c or SIGTERM ends at once"
            )
        }
        workspace = try shared.open()
        running.workspace = workspace
        self.running = running
        isJSON = shared.json
    }

    /// Starts a run and follows it, and then its later stages, to the end.
    func run(_ start: () throws -> RunSummary) throws {
        defer { workspace.close() }
        var finished = try follow { try start() }
        while let stage = finished {
            do {
                finished = try goOn(after: stage)
            } catch let error as WorkspaceError where !stage.laterStages.isEmpty {
                throw WorkspaceError(
                    error.code,
                    "\(stage.name) is finished, but not what comes after it: \(error.message)",
                    hint: "`workbench train --resume \(stage.id)` starts it."
                )
            }
        }
    }

    /// Tells what is left of the stages so far, and follows the next one; nil if there is none.
    private func goOn(after stage: RunSummary) throws -> RunSummary? {
        guard signal == 0 || stage.laterStages.isEmpty else { throw interrupted(stage) }
        do {
            try tellHeldOutLosses(after: stage.id)
        } catch let error as WorkspaceError where error.code != .cancelled {
            // What cannot be measured keeps nothing from going on.
            Console.remark(
                "the held-out losses could not be computed: \(error.message)",
                hint: error.hint
            )
        }
        guard signal == 0 || stage.laterStages.isEmpty else { throw interrupted(stage) }
        return try follow { try workspace.runs.startNext(after: stage.id) }
    }

    private func interrupted(_ stage: RunSummary) -> ExitCode {
        Console.note("`workbench train --resume \(stage.id)` starts the next stage")
        return ExitCode(128 + signal)
    }

    /// Tells of a run until it has ended; nil unless it was finished.
    private func follow(_ start: () throws -> RunSummary?) throws -> RunSummary? {
        let output = TrainOutput(isJSON: isJSON)
        let subscription = workspace.events.subscribe { output.receive($0) }
        defer { subscription.cancel() }
        guard let summary = try cancellable(start) else { return nil }
        output.begin(summary)
        if signal != 0 { running.stop() }
        let outcome = try workspace.runs.wait(for: summary.id)
        output.end(outcome)
        if outcome.status == .failed {
            throw outcome.failure ?? WorkspaceError(.failed, "The run failed.")
        }
        if signal != 0, outcome.status != .finished { throw ExitCode(128 + signal) }
        return outcome.status == .finished ? summary : nil
    }

    /// A signal while a model loads ends the program.
    private func cancellable<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as WorkspaceError where error.code == .cancelled {
            throw signal == 0 ? error : ExitCode(128 + signal)
        }
    }

    private func tellHeldOutLosses(after run: String) throws {
        let losses = try cancellable {
            try workspace.runs.heldOutLosses(after: run) {
                Signals.received.load(ordering: .relaxed) != 0
            }
        }
        for loss in losses {
            if isJSON {
                try Console.printJSON(StageLine(run: run, loss))
            } else {
                Console.print(Console.line("after stage \(loss.afterStage)  \(loss.sentence)"))
            }
        }
    }
}

/// The held-out loss of a stage, as a line of JSON.
private struct StageLine: Encodable {
    let event = "stage"
    let afterStage: Int
    let run: String
    let stage: Int
    let dataset: String
    let evalLoss: Double

    init(run: String, _ loss: StageLoss) {
        afterStage = loss.afterStage
        self.run = run
        stage = loss.stage
        dataset = loss.dataset
        evalLoss = loss.evaluationLoss
    }

    private enum CodingKeys: CodingKey {
        case event, afterStage, run, stage, dataset, evalLoss
    }
}
