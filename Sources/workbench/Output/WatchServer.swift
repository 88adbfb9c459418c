import HTTPServer
import Platform
import Workspace

/// A server of the workspace for a watched command, on a free port of this machine.
struct WatchServer {
    /// Its address; nil if it could not start, or the environment names another server.
    let address: String?
    private let stopServer: ServerSwitch.Stop?

    init(_ workspace: Workspace) {
        guard ProcessEnvironment.variables["MLFLOW_TRACKING_URI"] == nil else {
            address = nil
            stopServer = nil
            return
        }
        let state = Guarded<ServerState>(.starting)
        var configuration = Server.Configuration()
        configuration.port = 0
        let stop = ScreenServer.start(workspace, configuration) { new in
            state.withLock { $0 = new }
        }
        let reached = state.wait(seconds: 5) { state in state == .starting ? nil : state }
        if case .on(let address) = reached {
            self.address = address
        } else {
            address = nil
            var reason = "it takes too long"
            if case .failed(let error) = reached { reason = error.message }
            Console.remark("the command finds no MLflow server: \(reason)", hint: nil)
        }
        stopServer = stop
    }

    /// Ends the server, after calls in progress.
    func stop() { stopServer?(true) }
}
