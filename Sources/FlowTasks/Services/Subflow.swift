public import Workflows

/// Another flow that a task runs.
public struct SubflowOrder: Sendable {
    /// The absolute path of its file, or its name.
    public var flow: String
    /// The values of its parameters, as texts.
    public var parameters: [String: String]
    /// The flow run and the task that it belongs to.
    public var origin: (flowRun: String, task: String)
    /// The run of the tracker that belongs to that task.
    public var run: String?
    /// What an earlier attempt has reserved: the id of its flow run.
    public var reservation: String?
    /// Stores the id of its flow run before it starts.
    public var reserve: @Sendable (String) throws -> Void
    /// Appends a line to the task's log.
    public var log: @Sendable (String) -> Void
    /// Reports how many of its tasks have ended, from 0 to 1.
    public var progress: @Sendable (Double?, String) -> Void
    /// Whether it must end.
    public var isCancelled: @Sendable () -> Bool

    /// Creates an order.
    public init(
        flow: String,
        parameters: [String: String],
        origin: (flowRun: String, task: String),
        run: String?,
        reservation: String?,
        reserve: @escaping @Sendable (String) throws -> Void,
        log: @escaping @Sendable (String) -> Void,
        progress: @escaping @Sendable (Double?, String) -> Void,
        isCancelled: @escaping @Sendable () -> Bool
    ) {
        self.flow = flow
        self.parameters = parameters
        self.origin = origin
        self.run = run
        self.reservation = reservation
        self.reserve = reserve
        self.log = log
        self.progress = progress
        self.isCancelled = isCancelled
    }
}

/// How a flow run that a task started has ended.
public struct SubflowEnd: Sendable, Equatable {
    /// The flow run.
    public var flowRun: String
    /// The outputs of its tasks, by the tasks' names.
    public var outputs: FlowValue

    /// Creates an end.
    public init(flowRun: String, outputs: FlowValue) {
        self.flowRun = flowRun
        self.outputs = outputs
    }
}
