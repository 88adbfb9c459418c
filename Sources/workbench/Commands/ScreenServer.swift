import Dispatch
import HTTPServer
import Platform
import Workspace

/// Runs the server within the process of a screen or a command.
enum ScreenServer {
    static func start(
        _ workspace: Workspace,
        _ report: @escaping @Sendable (ServerState) -> Void
    ) -> ServerSwitch.Stop {
        start(workspace, Server.Configuration(), report)
    }

    static func start(
        _ workspace: Workspace,
        _ configuration: Server.Configuration,
        _ report: @escaping @Sendable (ServerState) -> Void
    ) -> ServerSwitch.Stop {
        let ended = DispatchSemaphore(value: 0)
        let task = Task {
            defer { ended.signal() }
            do {
                let server = try Server(serving: workspace, configuration)
                try await server.serve { report(.on(address: $0)) }
                // After a cancellation another server may be running already.
                if !Task.isCancelled { report(.off) }
            } catch is CancellationError {
            } catch {
                report(.failed(WorkspaceError(error)))
            }
        }
        return { isAwaited in
            task.cancel()
            // Running calls are cancelled after three seconds.
            if isAwaited { _ = ended.wait(timeout: .now() + 5) }
        }
    }

    /// Lets the programs of tasks find the tracker, on a free port of this machine, unless the
    /// environment names another server.
    static func serveTasks(of workspace: Workspace) {
        guard ProcessEnvironment.variables["MLFLOW_TRACKING_URI"] == nil else { return }
        let tokens = RunTokens()
        workspace.server.useForPrograms(
            { workspace, report in
                var configuration = Server.Configuration()
                configuration.port = 0
                configuration.runTokens = tokens
                return start(workspace, configuration, report)
            },
            token: { tokens.token(for: $0) }
        )
    }
}
