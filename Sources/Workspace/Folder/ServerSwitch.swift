import EventBus
public import Platform

/// The state of this process's HTTP server.
public enum ServerState: Equatable, Sendable {
    /// Not running.
    case off
    /// Starting.
    case starting
    /// Running at this address.
    case on(address: String)
    /// Could not start.
    case failed(WorkspaceError)
}

/// Starts and stops the HTTP server, which the executable supplies.
public final class ServerSwitch: Sendable {
    /// Stops a server; blocks until it has ended if the argument is true.
    public typealias Stop = @Sendable (_ isAwaited: Bool) -> Void
    /// Starts a server and returns the function that stops it; reports its state through the second
    /// parameter.
    public typealias Start =
        @Sendable (Workspace, @escaping @Sendable (ServerState) -> Void) -> Stop

    private struct Parts {
        var start: Start?
        var stop: Stop?
    }

    private let parts = Guarded(Parts())

    init() {}

    /// Sets the program's server.
    public func use(_ start: @escaping Start) { parts.withLock { $0.start = start } }

    /// Starts or stops the server, reported by events.
    ///
    /// - Throws: ``WorkspaceError`` if the program has no server.
    public func toggle(_ workspace: Workspace) throws {
        if stop(isAwaited: false) {
            take(.off, workspace)
            return
        }
        guard let start = parts.withLock({ $0.start }) else {
            throw WorkspaceError(.failed, "This program cannot serve.")
        }
        take(.starting, workspace)
        let stop = start(workspace) { [weak self] state in self?.take(state, workspace) }
        parts.withLock { $0.stop = stop }
    }

    /// Stops the server; returns false if none was running.
    ///
    /// - Parameter isAwaited: Whether to wait a few seconds for calls in progress.
    @discardableResult
    func stop(isAwaited: Bool) -> Bool {
        let stop = parts.withLock { parts in
            defer { parts.stop = nil }
            return parts.stop
        }
        stop?(isAwaited)
        return stop != nil
    }

    private func take(_ state: ServerState, _ workspace: Workspace) {
        if case .failed = state { parts.withLock { $0.stop = nil } }
        workspace.events.publish(.serverChanged(state))
    }
}
