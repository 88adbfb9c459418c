/// A task as the file has it.
public struct FlowTask: Sendable {
    /// An input, as written.
    public struct Input: Sendable {
        /// Its name.
        public var name: String
        /// Its value, with expressions.
        public var value: ValueTemplate
        /// Where it stands in the file.
        public var position: SourcePosition

        /// Creates an input.
        public init(name: String, value: ValueTemplate, position: SourcePosition) {
            self.name = name
            self.value = value
            self.position = position
        }
    }

    /// The name.
    public var name: String
    /// The name of its kind, such as `train`.
    public var kind: String
    /// Where the task stands in the file.
    public var position: SourcePosition
    /// The inputs, in the order of the file.
    public var inputs: [Input] = []
    /// The values that the task runs once for each combination of; empty for a single task.
    public var matrix: [Input] = []
    /// Runs only if this is true.
    public var when: ValueTemplate?
    /// The tasks that it names in `needs`.
    public var needs: [String] = []
    /// The tasks that its inputs, its matrix and `when` refer to.
    public var references: [String] = []
    /// The condition on the tasks in `needs`.
    public var trigger: TaskTrigger = .succeeded
    /// Whether a person must approve it.
    public var approval: TaskApproval?
    /// How often it is tried again after a failure.
    public var retries = 0
    /// The waits before the retries.
    public var retryDelay = RetryDelay.list([0])
    /// The longest time of an attempt in seconds; nil for no limit.
    public var timeout: Double?
    /// How long a result may be used again, in seconds; nil for no limit, 0 for never.
    public var cacheExpiration: Double?
    /// What it needs of the machine.
    public var resources = TaskResources()
    /// The tags, whose limits are in the settings.
    public var tags: [String] = []

    /// Creates a task without inputs.
    public init(name: String, kind: String, position: SourcePosition) {
        self.name = name
        self.kind = kind
        self.position = position
    }
}

/// The condition on the tasks in `needs` under which a task runs.
public enum TaskTrigger: String, Sendable, CaseIterable, Codable {
    /// All have completed.
    case succeeded
    /// All have ended, in any state.
    case done
    /// At least one has failed.
    case failed
}

/// The approval of a task by a person.
public struct TaskApproval: Sendable, Equatable {
    /// How long it may take, in seconds; nil for no limit.
    public var timeout: Double?

    /// Creates an approval.
    public init(timeout: Double? = nil) { self.timeout = timeout }
}

/// What a task needs of the machine while it runs.
public struct TaskResources: Sendable, Equatable {
    /// Processor cores; nil: those of its kind.
    public var cores: Int?
    /// Bytes of memory.
    public var memory: Int64?
    /// Accelerators.
    public var gpus: Int?
    /// Where it runs: `local`, or the name of an engine.
    public var engine = "local"

    /// Creates the requirements of a task that names none.
    public init() {}
}

/// The waits before the retries of a task, in seconds.
public enum RetryDelay: Sendable, Equatable {
    /// One after another; the last one repeats.
    case list([Double])
    /// `first`, then `factor` times the one before, at most `max`; each is varied by up to `jitter`
    /// of it in both directions.
    case growing(first: Double, factor: Double, max: Double, jitter: Double)

    /// The wait before a retry.
    ///
    /// - Parameters:
    ///   - retry: Its number, from 1.
    ///   - random: A number from 0 up to 1.
    public func seconds(before retry: Int, random: Double) -> Double {
        switch self {
        case .list(let delays):
            guard let last = delays.last else { return 0 }
            return retry <= delays.count ? delays[max(0, retry - 1)] : last
        case .growing(let first, let factor, let most, let jitter):
            var delay = first
            for _ in 1..<max(1, min(retry, 1_000)) where delay < most { delay *= factor }
            return min(most, delay) * (1 + jitter * (2 * random - 1))
        }
    }
}
