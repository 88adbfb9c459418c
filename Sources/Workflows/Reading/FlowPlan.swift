public import JSON

/// What a flow run, a retry or a fork would do.
public struct FlowPlan: Sendable, Equatable {
    /// What happens with a task.
    public enum Action: String, Sendable, Codable {
        /// Its result exists and is used.
        case reuse
        /// It runs.
        case run
        /// It continues where it was: a training from its checkpoint.
        case resume
        /// It runs, uses a result or is skipped: the tasks before it decide.
        case open
        /// It waits for a person's approval, then runs.
        case approve
        /// It is skipped: its condition is false, or a task before it decides so.
        case skip
    }

    /// A task and what happens with it.
    public struct Step: Sendable, Equatable {
        /// The task, such as `sft[seed=1]`.
        public var task: String
        /// The name of its kind.
        public var kind: String
        /// What happens.
        public var action: Action
        /// Why, in sentences.
        public var reasons: [String]
        /// What it would take, if it runs and that is known.
        public var cost: TaskCost?

        /// Creates a step.
        public init(
            task: String,
            kind: String,
            action: Action,
            reasons: [String],
            cost: TaskCost? = nil
        ) {
            self.cost = cost
            self.task = task
            self.kind = kind
            self.action = action
            self.reasons = reasons
        }
    }

    /// A parameter with another value than in the flow run before.
    public struct Change: Sendable, Equatable {
        /// The parameter.
        public var parameter: String
        /// The value before; null if it is new.
        public var before: JSONValue
        /// The value now; null if it was removed.
        public var after: JSONValue

        /// Creates a change.
        public init(parameter: String, before: JSONValue, after: JSONValue) {
            self.parameter = parameter
            self.before = before
            self.after = after
        }
    }

    /// The name of the flow.
    public var flow: String
    /// The parameters that it runs with.
    public var parameters: [FlowParameter]
    /// Their values; secret ones are masked.
    public var values: JSONObject
    /// What differs from the flow run before.
    public var changes: [Change]
    /// The tasks, in an order in which they could run.
    public var steps: [Step]
    /// Whether it becomes a flow run of its own, which names its origin, rather than the same one.
    public var isFork: Bool
    /// Whether the file has changed since the flow run before.
    public var hasNewFile: Bool

    /// Creates a plan from its parts.
    public init(
        flow: String,
        parameters: [FlowParameter],
        values: JSONObject,
        changes: [Change],
        steps: [Step],
        isFork: Bool,
        hasNewFile: Bool = false
    ) {
        self.flow = flow
        self.parameters = parameters
        self.values = values
        self.changes = changes
        self.steps = steps
        self.isFork = isFork
        self.hasNewFile = hasNewFile
    }
}

/// What a flow run is started or retried with.
public struct FlowOrder: Sendable, Equatable {
    /// Values of parameters, as texts; the others have their defaults, or those of the flow run
    /// before.
    public var parameters: [String: String]
    /// The task to begin from: it and what comes after it run again.
    ///
    /// Nil for the tasks that have no result.
    public var from: String?
    /// Whether no earlier result is used.
    public var ignoresCache: Bool
    /// The tasks whose earlier results are not used.
    public var forced: Set<String>
    /// Whether a retry runs all tasks from the start.
    public var startsOver: Bool

    /// Creates an order; by default one without changes.
    public init(
        parameters: [String: String] = [:],
        from: String? = nil,
        ignoresCache: Bool = false,
        forced: Set<String> = [],
        startsOver: Bool = false
    ) {
        self.parameters = parameters
        self.from = from
        self.ignoresCache = ignoresCache
        self.forced = forced
        self.startsOver = startsOver
    }
}
