import EventBus
import FlowTasks
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
        var startForPrograms: Start?
        var stopForPrograms: Stop?
        /// The token of a run for programs.
        var token: (@Sendable (String) -> String)?
        /// The address of the server for programs.
        var programs: ServerState = .off
    }

    private let parts = Guarded(Parts())

    init() {}

    /// Sets the program's server.
    public func use(_ start: @escaping Start) { parts.withLock { $0.start = start } }

    /// Sets the program's server for the programs that tasks start, which runs from the first of them
    /// on until the workspace is closed.
    ///
    /// - Parameter token: Makes a token that lets its holder write to a run.
    public func useForPrograms(
        _ start: @escaping Start,
        token: @escaping @Sendable (_ run: String) -> String
    ) {
        parts.withLock { ($0.startForPrograms, $0.token) = (start, token) }
    }

    /// Where a program finds the tracker, and the token for its run; nil if this program has no
    /// server for programs.
    ///
    /// - Throws: ``WorkspaceError`` if the server cannot start.
    func access(for run: String, _ workspace: Workspace) throws -> TrackingAccess? {
        let start: Start? = parts.withLock { parts in
            guard parts.programs == .off, let start = parts.startForPrograms else { return nil }
            parts.programs = .starting
            return start
        }
        if let start {
            let stop = start(workspace) { [weak self] state in
                self?.parts.withLock { $0.programs = state }
            }
            parts.withLock { $0.stopForPrograms = stop }
        }
        let state = parts.wait(seconds: 10) { $0.programs == .starting ? nil : $0.programs }
        switch state ?? .starting {
        case .off: return nil
        case .on(let address):
            return TrackingAccess(address: address, token: parts.withLock { $0.token?(run) })
        case .failed(let error): throw error
        case .starting: throw WorkspaceError(.failed, "The server for programs does not start.")
        }
    }

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
        if isAwaited { stopForPrograms() }
        let stop = parts.withLock { parts in
            defer { parts.stop = nil }
            return parts.stop
        }
        stop?(isAwaited)
        return stop != nil
    }

    private func stopForPrograms() {
        let stop = parts.withLock { parts in
            defer { (parts.stopForPrograms, parts.startForPrograms) = (nil, nil) }
            return parts.stopForPrograms
        }
        stop?(true)
    }

    private func take(_ state: ServerState, _ workspace: Workspace) {
        if case .failed = state { parts.withLock { $0.stop = nil } }
        workspace.events.publish(.serverChanged(state))
    }
}
