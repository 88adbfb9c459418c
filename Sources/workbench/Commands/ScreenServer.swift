import Dispatch
import HTTPServer
import Workspace

/// Serves from within the screen.
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
                // Whoever stopped it may have started another one since.
                if !Task.isCancelled { report(.off) }
            } catch is CancellationError {
            } catch let error as WorkspaceError {
                report(.failed(error))
            } catch {
                report(.failed(WorkspaceError(.failed, "\(error)")))
            }
        }
        return { isAwaited in
            task.cancel()
            // Running calls have three seconds, and are cancelled then.
            if isAwaited { _ = ended.wait(timeout: .now() + 5) }
        }
    }
}
