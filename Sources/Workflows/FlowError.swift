public import Platform

/// An error of a flow's file, of its store or of its execution.
public typealias FlowError = CodedError<FlowErrorCode>

/// The kinds of failure of flows.
public enum FlowErrorCode: ErrorCode {
    /// The file of a flow has faults; `details` has a line for each, with line and column.
    case invalidFile
    /// A parameter, an input or an option cannot be used.
    case invalid
    /// No such flow, flow run or task.
    case notFound
    /// A name or prefix matches several things.
    case ambiguous
    /// The state of the flow run or task does not allow this.
    case conflict
    /// A gate or a check refused; it is not tried again, and the exit status is 3.
    case refused
    /// A task failed, and may be tried again.
    case failed
    /// A task took longer than its timeout.
    case timedOut
    /// A process ended without recording how.
    case crashed
    /// A person or a program cancelled it.
    case cancelled

    /// The general kind of error, for other targets.
    public var kind: ErrorKind {
        switch self {
        case .invalidFile, .invalid: .invalid
        case .notFound: .notFound
        case .ambiguous: .ambiguous
        case .conflict, .refused: .conflict
        case .failed, .timedOut, .crashed: .failed
        case .cancelled: .cancelled
        }
    }
}

extension FlowError {
    /// The error for the name of a task that a flow does not have.
    ///
    /// - Parameter tasks: The names of its tasks.
    package static func missingTask(_ name: String, of flow: String, _ tasks: [String]) -> FlowError
    {
        FlowError(
            .notFound,
            "\(flow) has no task \(VisibleText.name(name)).",
            hint: EditDistance.suggestion(for: name, in: tasks.prefix(1_000))
                ?? "Its tasks are \(tasks.prefix(20).joined(separator: ", "))"
                + "\(tasks.count > 20 ? " and others" : "")."
        )
    }
}
