import EventBus
public import Platform

/// Whether the workspace is served over HTTP by this process.
public enum ServerState: Equatable, Sendable {
    /// It is not.
    case off
    /// It is about to be.
    case starting
    /// It is, at this address.
    case on(address: String)
    /// It cannot be.
    case failed(WorkspaceError)
}

/// Turns serving on and off; the executable supplies the server.
public final class ServerSwitch: Sendable {
    /// Stops a server; blocks until it has ended where that is asked for.
    public typealias Stop = @Sendable (_ isAwaited: Bool) -> Void
    /// Starts a server and returns the function that stops it; reports the state by the second
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

    /// Starts or stops serving, reported by events.
    ///
    /// - Throws: ``WorkspaceError`` where the program has no server.
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

    /// Stops serving; false where nothing was served.
    ///
    /// - Parameter isAwaited: Whether to wait for calls that are under way, some seconds at most.
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
