public import FoundationEssentials
public import JSON

/// A flow run as a row of a list.
public struct FlowRunSummary: Sendable, Equatable, Identifiable {
    /// 32 hexadecimal digits.
    public var id: String
    /// The name of the flow.
    public var flow: String
    /// The absolute path of the flow's file.
    public var path: String
    /// The state.
    public var state: FlowState
    /// The parameters; secret ones are masked.
    public var parameters: JSONObject
    /// What started it.
    public var origin: FlowRunOrigin
    /// How many tasks are in each state.
    public var counts: [TaskState: Int]
    /// When it was created.
    public var createdAt: Date
    /// When its first task began.
    public var startedAt: Date?
    /// When it ended.
    public var endedAt: Date?
    /// Why it is in this state, in a sentence, if there is more to say.
    public var reason: String?
    /// The tasks that wait for a person's approval.
    public var awaitsApproval: [String]
    /// The process that executes it, if one does.
    public var ownerProcess: Int32?
    /// Whether this process executes it.
    public var isMine: Bool
    /// Its run in the tracker.
    public var run: String?
    /// Whether it failed because a gate or a person refused something: the exit status is 3.
    public var isRefused = false

    /// The number of tasks.
    public var taskCount: Int { counts.values.reduce(0, +) }
    /// The number of tasks that need nothing more: they ended well or were skipped.
    public var resultCount: Int {
        counts.reduce(0) { sum, count in
            sum + (count.key.isSuccessful || count.key == .skipped ? count.value : 0)
        }
    }

    /// Creates a summary from its parts.
    public init(
        id: String,
        flow: String,
        path: String,
        state: FlowState,
        parameters: JSONObject = JSONObject(),
        origin: FlowRunOrigin = .person,
        counts: [TaskState: Int] = [:],
        createdAt: Date,
        startedAt: Date? = nil,
        endedAt: Date? = nil,
        reason: String? = nil,
        awaitsApproval: [String] = [],
        ownerProcess: Int32? = nil,
        isMine: Bool = false,
        run: String? = nil
    ) {
        self.id = id
        self.flow = flow
        self.path = path
        self.state = state
        self.parameters = parameters
        self.origin = origin
        self.counts = counts
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.reason = reason
        self.awaitsApproval = awaitsApproval
        self.ownerProcess = ownerProcess
        self.isMine = isMine
        self.run = run
    }
}

/// What started a flow run.
public enum FlowRunOrigin: Sendable, Equatable {
    /// A person or a program, by a command or a key.
    case person
    /// A schedule of the flow's file, for an instant in milliseconds since 1970.
    case schedule(name: String, instant: Int)
    /// A flow run with other parameters, which it repeats from a task.
    case forked(from: String)
    /// A task of another flow run.
    case task(flowRun: String, task: String)
}
