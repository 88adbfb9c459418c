package import Workspace

/// A call of the workspace's services, the lane it runs on, and the actions that report its outcome.
///
/// Every pane declares its calls in one file, `NameWork`.
package struct Work: Equatable, Sendable {
    /// Whether the result is no longer wanted.
    package typealias IsCancelled = @Sendable () -> Bool

    /// The name of the call, unique among all.
    package let name: String
    /// Its arguments; two calls are equal when name and arguments are.
    package let arguments: [any Equatable & Sendable]
    /// Its lane.
    package let lane: Lane
    /// Makes the call; returns the action that reports the result, if one does.
    let perform: @Sendable (Workspace, IsCancelled) throws -> Action?
    /// The action that reports a failure.
    package let failed: @Sendable (WorkspaceError) -> Action

    /// The first argument of a type.
    package func argument<Value>(_ type: Value.Type = Value.self) -> Value? {
        arguments.lazy.compactMap { $0 as? Value }.first
    }

    package static func == (left: Work, right: Work) -> Bool {
        left.name == right.name && left.arguments.count == right.arguments.count
            && zip(left.arguments, right.arguments).allSatisfy { isEqual($0, $1) }
    }

    private static func isEqual(_ left: any Equatable, _ right: any Equatable) -> Bool {
        func isEqual<Value: Equatable>(_ left: Value) -> Bool { right as? Value == left }
        return isEqual(left)
    }
}

extension Effect {
    /// A call of the workspace's services that can be cancelled.
    static func work(
        _ name: String,
        _ arguments: any Equatable & Sendable...,
        lane: Lane = .store,
        cancellable perform: @escaping @Sendable (Workspace, Work.IsCancelled) throws -> Action?,
        failed: @escaping @Sendable (WorkspaceError) -> Action = { .failed($0) }
    ) -> Effect {
        .work(
            Work(
                name: name,
                arguments: arguments,
                lane: lane,
                perform: perform,
                failed: failed
            )
        )
    }

    /// A call of the workspace's services.
    static func work(
        _ name: String,
        _ arguments: any Equatable & Sendable...,
        lane: Lane = .store,
        perform: @escaping @Sendable (Workspace) throws -> Action?,
        failed: @escaping @Sendable (WorkspaceError) -> Action = { .failed($0) }
    ) -> Effect {
        .work(
            Work(
                name: name,
                arguments: arguments,
                lane: lane,
                perform: { workspace, _ in try perform(workspace) },
                failed: failed
            )
        )
    }
}

/// A queue of work; each lane performs one call after another.
package enum Lane: Hashable, Sendable, CaseIterable {
    /// The screen's own thread: only for calls that return at once.
    case immediate
    /// Reads and writes of milliseconds.
    case store
    /// Starting and resuming runs, which load a model.
    case engine
    /// Forecasting what a run would cost from what is known, in some tenths of a second.
    case planning
    /// Measuring what a run would cost, which takes seconds.
    case measurement
}
