import ArgumentParser
import EventBus
import Glibc
import Platform
import Presentation
import Runs
import Synchronization
import Workflows
import Workspace

/// Executes a flow run in this process and reports its events.
struct FlowFollower {
    let workspace: Workspace
    private let isJSON: Bool
    private let showsLogs: Bool

    private static var signal: Int32 { Signals.received.load(ordering: .relaxed) }

    /// Handles signals, then opens the workspace.
    ///
    /// Ctrl+c cancels the flow run; other signals stop it so that it can be resumed. Call this before
    /// any thread is started, so that one thread takes all signals.
    init(_ shared: SharedOptions, showsLogs: Bool = false) throws {
        let opened = OpenedWorkspace()
        Signals.handle { signal in
            Console.note(
                signal == SIGINT
                    ? "cancelling: tasks are ended; ctrl+c ends at once"
                    : "stopping: tasks stop at a checkpoint; SIGTERM ends at once"
            )
            if let workspace = opened.workspace { Self.end(workspace, by: signal) }
        }
        Signals.beforeEnd { opened.workspace?.flows.terminateHere() }
        workspace = try shared.open(isWatching: true, isChanging: true)
        opened.workspace = workspace
        isJSON = shared.json
        self.showsLogs = showsLogs
    }

    private static func end(_ workspace: Workspace, by signal: Int32) {
        guard signal == SIGINT else { return workspace.flows.stopHere() }
        for run in workspace.flows.executed {
            do { try workspace.flows.cancel(run) } catch {
                Console.report(WorkspaceError(error))
            }
        }
    }

    /// Starts a flow run in this process and follows it until it has ended or waits for a person.
    ///
    /// - Parameter former: The flow run that is continued; what its tasks have logged is not printed
    ///   again.
    func run(continuing former: String? = nil, _ start: () throws -> FlowRunSummary) throws {
        defer { workspace.close() }
        let output = FlowOutput(workspace, isJSON: isJSON, showsLogs: showsLogs)
        if let former { try output.leaveOut(logsOf: former) }
        let subscription = workspace.events.subscribe { output.receive($0) }
        defer { subscription.cancel() }
        let run = try start()
        output.begin(run)
        // A signal may have come before the flow run was there.
        if Self.signal != 0 { Self.end(workspace, by: Self.signal) }
        let end = try workspace.flows.wait(for: run.id)
        output.end(end)
        if let status = exitStatus(end) { throw ExitCode(status) }
    }

    /// The exit status; nil if all went well.
    private func exitStatus(_ run: FlowRunSummary) -> Int32? {
        switch run.state {
        case .completed: nil
        case .failed: run.isRefused ? ExitStatus.refused : ExitStatus.failed
        case .waitingApproval: ExitStatus.refused
        case .cancelled where Self.signal == SIGINT: ExitStatus.interrupted
        case .cancelled, .crashed: ExitStatus.failed
        case .pending, .running, .paused:
            Self.signal == 0 ? ExitStatus.failed : 128 + Self.signal
        }
    }
}
