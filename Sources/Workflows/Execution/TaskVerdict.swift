import JSON
import Platform

/// Whether a task whose dependencies have ended runs.
enum TaskVerdict: Equatable {
    case run
    case skip(String)
    case failUpstream(String)

    /// Decides by the states of what it refers to and what it only needs.
    ///
    /// - Parameters:
    ///   - references: The tasks that it refers to, with their states.
    ///   - needs: The tasks that it only needs.
    init(
        references: [(task: String, state: TaskState)],
        needs: [(task: String, state: TaskState)],
        trigger: TaskTrigger
    ) {
        // Without the outputs that it refers to it has no inputs.
        if let failed = references.first(where: { $0.state.isFailure }) {
            self = .failUpstream(Self.sentence(failed))
            return
        }
        if let skipped = references.first(where: { $0.state == .skipped }) {
            self = .skip("\(skipped.task), which it refers to, was skipped.")
            return
        }
        switch trigger {
        case .done: self = .run
        case .succeeded:
            if let failed = needs.first(where: { $0.state.isFailure }) {
                self = .failUpstream(Self.sentence(failed))
            } else if let skipped = needs.first(where: { $0.state == .skipped }) {
                self = .skip("\(skipped.task), which it needs, was skipped.")
            } else {
                self = .run
            }
        case .failed:
            self =
                needs.contains { $0.state.isFailure }
                ? .run : .skip("Nothing that it needs has failed.")
        }
    }

    /// Decides by the task's own condition.
    ///
    /// - Throws: ``FlowError`` with the code `invalid` if it is neither true nor false.
    init(condition: ValueTemplate, in scope: FlowScope) throws {
        let value = try condition.resolved(in: scope).value
        guard case .boolean(let holds) = value else {
            throw FlowError(.invalid, "`when` is \(value.kind), and must be true or false.")
        }
        if holds {
            self = .run
        } else if case .expression(let expression) = condition {
            self = .skip("Its condition \(expression.text) is false.")
        } else {
            self = .skip("Its condition is false.")
        }
    }

    private static func sentence(_ failed: (task: String, state: TaskState)) -> String {
        switch failed.state {
        case .upstreamFailed: "\(failed.task) did not run, since something before it failed."
        case .crashed: "\(failed.task) crashed."
        case .cancelled: "\(failed.task) was cancelled."
        default: "\(failed.task) failed."
        }
    }
}
