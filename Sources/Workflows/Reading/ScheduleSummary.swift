public import FoundationEssentials

/// A schedule of a flow's file, and whether it fires.
public struct ScheduleSummary: Sendable, Equatable, Identifiable {
    /// The path of the file and the schedule's name.
    public var id: String { "\(path)#\(schedule.name)" }
    /// The name of the flow.
    public var flow: String
    /// The absolute path of the flow's file.
    public var path: String
    /// The schedule.
    public var schedule: FlowSchedule
    /// Whether it was switched on: a file alone fires nothing.
    public var isOn: Bool
    /// Why it is paused or cannot fire, if so.
    public var reason: String?
    /// When it fired last.
    public var lastFiredAt: Date?
    /// When it fires next; nil if it is off or waits for a dataset.
    public var nextAt: Date?

    /// Creates a summary from its parts.
    public init(
        flow: String,
        path: String,
        schedule: FlowSchedule,
        isOn: Bool,
        reason: String? = nil,
        lastFiredAt: Date? = nil,
        nextAt: Date? = nil
    ) {
        self.flow = flow
        self.path = path
        self.schedule = schedule
        self.isOn = isOn
        self.reason = reason
        self.lastFiredAt = lastFiredAt
        self.nextAt = nextAt
    }
}
