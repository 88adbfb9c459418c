/// When a flow runs by itself.
public struct FlowSchedule: Sendable, Equatable {
    /// What makes it run.
    public enum Trigger: Sendable, Equatable {
        /// A line of cron: five fields, checked by ``CronLine``.
        case cron(String)
        /// Every so many seconds from a start, in milliseconds since 1970.
        case interval(seconds: Double, start: Int)
        /// A dataset that was added or changed.
        case dataset(String)
    }

    /// What happens when it is due while an earlier flow run of it is live.
    public enum Overlap: String, Sendable, CaseIterable {
        /// It is left out.
        case skip
        /// One waits; further ones are left out.
        case bufferOne = "buffer-one"
        /// All wait.
        case bufferAll = "buffer-all"
        /// The earlier one is cancelled: its tasks get TERM and their grace.
        case cancelOther = "cancel-other"
        /// The earlier one is ended at once.
        case terminateOther = "terminate-other"
        /// They run beside each other.
        case allow
    }

    /// Its name; the only one of a flow is called `schedule`.
    public var name: String
    /// What makes it run.
    public var trigger: Trigger
    /// The IANA name of the time zone of a line of cron; nil: the machine's.
    public var timezone: String?
    /// What happens when an earlier flow run is live.
    public var overlap: Overlap = .skip
    /// How late it may start after a time at which no process executed schedules, in seconds.
    public var catchup: Double = 60
    /// Whether it is paused when a flow run of it fails.
    public var pausesOnFailure = false
    /// The parameters of its flow runs, as texts.
    public var parameters: [String: String] = [:]

    /// Creates a schedule.
    public init(name: String = "schedule", trigger: Trigger) {
        self.name = name
        self.trigger = trigger
    }
}
