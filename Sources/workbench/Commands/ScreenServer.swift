import Dispatch
import HTTPServer
import Platform
import Workspace

/// Runs the server within the screen's process.
enum ScreenServer {
    static func start(
        _ workspace: Workspace,
        _ report: @escaping @Sendable (ServerState) -> Void
    ) -> ServerSwitch.Stop {
        let ended = DispatchSemaphore(value: 0)
        let task = Task {
            defer { ended.signal() }
            do {
                let server = try Server(serving: workspace, Server.Configuration())
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
}
