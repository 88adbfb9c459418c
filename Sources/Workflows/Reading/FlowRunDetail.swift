public import FoundationEssentials
public import JSON

/// A flow run with its tasks.
public struct FlowRunDetail: Sendable, Equatable {
    /// The flow run.
    public var summary: FlowRunSummary
    /// The tasks, a row for each combination of a matrix, in the order of the file.
    public var tasks: [TaskSummary]

    /// Creates a detail from its parts.
    public init(summary: FlowRunSummary, tasks: [TaskSummary]) {
        self.summary = summary
        self.tasks = tasks
    }
}

/// A task of a flow run.
public struct TaskSummary: Sendable, Equatable, Identifiable {
    /// The name, with the values of its matrix: `sft[seed=1]`.
    public var id: String
    /// The name in the file.
    public var name: String
    /// The name of its kind.
    public var kind: String
    /// The state.
    public var state: TaskState
    /// The attempt, from 1; 0 before the first.
    public var attempt: Int
    /// The ids of the tasks that it comes after.
    public var dependencies: [String]
    /// When the first attempt of this flow run began.
    public var startedAt: Date?
    /// When it ended.
    public var endedAt: Date?
    /// Why it is in this state, in a sentence, if there is more to say.
    public var reason: String?
    /// The run of the tracker that belongs to it; of a task that trains, the training.
    public var run: String?
    /// Its progress, if it reports it; only for tasks of this process.
    public var progress: TaskProgress?
    /// When it waited since its first attempt: for the next one, or for the flow run to be resumed.
    public var pauses: [Pause] = []

    /// A time in which nothing ran.
    public struct Pause: Sendable, Equatable {
        /// When it began.
        public var start: Date
        /// When it ended; nil: it has not.
        public var end: Date?

        /// Creates a time.
        public init(start: Date, end: Date?) {
            self.start = start
            self.end = end
        }
    }

    /// Creates a summary from its parts.
    public init(
        id: String,
        name: String,
        kind: String,
        state: TaskState,
        attempt: Int = 0,
        dependencies: [String] = [],
        startedAt: Date? = nil,
        endedAt: Date? = nil,
        reason: String? = nil,
        run: String? = nil,
        progress: TaskProgress? = nil
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.state = state
        self.attempt = attempt
        self.dependencies = dependencies
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.reason = reason
        self.run = run
        self.progress = progress
    }
}

/// The progress of a task.
public struct TaskProgress: Sendable, Equatable {
    /// From 0 to 1, if known.
    public var fraction: Double?
    /// A phrase such as `step 12 of 40`.
    public var text: String

    /// Creates a progress.
    public init(fraction: Double?, text: String) {
        self.fraction = fraction
        self.text = text
    }
}

/// Everything about one task of a flow run.
public struct TaskDetail: Sendable, Equatable {
    /// A change of the task's state.
    public struct Transition: Sendable, Equatable {
        /// The attempt, from 1; 0 before the first.
        public var attempt: Int
        /// The state before; nil for the first.
        public var from: TaskState?
        /// The state after.
        public var to: TaskState
        /// Why, in a sentence.
        public var reason: String?
        /// Who: user, host and process.
        public var owner: String
        /// When.
        public var at: Date

        /// Creates a transition from its parts.
        public init(
            attempt: Int,
            from: TaskState?,
            to: TaskState,
            reason: String?,
            owner: String,
            at: Date
        ) {
            self.attempt = attempt
            self.from = from
            self.to = to
            self.reason = reason
            self.owner = owner
            self.at = at
        }
    }

    /// The task.
    public var summary: TaskSummary
    /// The inputs, resolved, secrets masked; empty before the task could run.
    public var inputs: JSONObject
    /// The outputs; empty before its end.
    public var outputs: JSONObject
    /// The names of the files that it yielded.
    public var files: [String]
    /// All changes of its state, the oldest first.
    public var history: [Transition]
    /// Why it ran, will run, or did not: sentences.
    public var reasons: [String]

    /// Creates a detail from its parts.
    public init(
        summary: TaskSummary,
        inputs: JSONObject,
        outputs: JSONObject,
        files: [String],
        history: [Transition],
        reasons: [String]
    ) {
        self.summary = summary
        self.inputs = inputs
        self.outputs = outputs
        self.files = files
        self.history = history
        self.reasons = reasons
    }
}
