/// A hint that a flow run has changed, published after the store was written.
public enum FlowEvent: Sendable, Equatable {
    /// A flow run was added, removed, or its state or that of a task changed.
    case changed(flowRun: String)
    /// A task of this process changed its state.
    case task(flowRun: String, task: String, state: TaskState, attempt: Int, reason: String?)
    /// A task of this process made progress.
    case progress(flowRun: String, task: String, TaskProgress)
    /// A task of this process wrote lines to its log.
    case log(flowRun: String, task: String)
    /// A flow run of this process ended or waits for an approval.
    case ended(flowRun: String, state: FlowState, reason: String?)
    /// Schedules were changed, or one fired.
    case schedulesChanged

    /// The flow run it is about; nil if it is about schedules.
    public var flowRun: String? {
        switch self {
        case .changed(let run), .task(let run, _, _, _, _), .progress(let run, _, _),
            .log(let run, _), .ended(let run, _, _):
            run
        case .schedulesChanged: nil
        }
    }
}
