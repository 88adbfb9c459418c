import ArgumentParser
import EventBus
import Presentation
import Runs
import Synchronization
import Workspace

/// The workbench without a screen: prints the events of the workspace line by line.
struct PlainScreen {
    let workspace: String?
    let isReadOnly: Bool

    func run() throws {
        let waiting = Condition()
        Signals.handle { _ in waiting.signal() }
        let workspace = try Workspace.open(
            Workspace.Configuration(folder: workspace, isReadOnly: isReadOnly)
        )
        defer { workspace.close() }
        let runs = try workspace.runs.list()
        Console.print("workspace \(workspace.folder), \(Figures.counted(runs.count, "run"))")
        for run in runs.prefix(20) { Console.print(line(run)) }
        guard runs.contains(where: \.status.isLive) else {
            return Console.print(
                "nothing is live; `workbench train` starts a run, `workbench --help` lists the commands"
            )
        }
        StandardOutput.whenBroken { waiting.signal() }
        let subscription = workspace.events.subscribe { event in
            if let line = Self.line(event, of: workspace) { Console.print(line) }
            if case .run(.ended) = event { waiting.signal() }
            if case .run(.crashed) = event { waiting.signal() }
        }
        defer { subscription.cancel() }
        while try workspace.runs.list().contains(where: \.status.isLive),
            Signals.received.load(ordering: .relaxed) == 0, !StandardOutput.isBroken
        {
            waiting.wait()
        }
        let signal = Signals.received.load(ordering: .relaxed)
        if signal != 0 { throw ExitCode(128 + signal) }
    }

    private func line(_ run: RunSummary) -> String {
        "\(Console.line(run.name))  \(run.status.rawValue)  step \(run.stepsDone)"
            + "\(run.totalSteps.map { "/\($0)" } ?? "")"
    }

    private static func line(_ event: WorkspaceEvent, of workspace: Workspace) -> String? {
        guard case .run(let event) = event else { return nil }
        return switch event {
        case .step(let run, let point): "\(run) step \(point.step) loss \(point.loss ?? .nan)"
        case .evaluated(let run, let step, let loss): "\(run) eval \(step) loss \(loss)"
        case .paused(let run, let step, let reason): "\(run) paused at \(step) \(reason ?? "")"
        case .ended(let outcome): "\(outcome.run) \(outcome.status.rawValue)"
        case .crashed(let run): "\(run) crashed"
        default: nil
        }
    }
}
