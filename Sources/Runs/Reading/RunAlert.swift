/// An alert of one of a run's monitors.
public struct RunAlert: Equatable, Sendable, Codable {
    /// The step it is about.
    public var step: Int
    /// The monitor, such as `loss-spike`.
    public var monitor: String
    /// What it measured.
    public var message: String
    /// The action taken, such as `mark`.
    public var action: String
    /// The alert's number in its run, from 1; a run keeps the newest alerts.
    public var number: Int?
    /// The result of the action, in a sentence, if there is one.
    public var outcome: String?

    /// The stored keys.
    private enum CodingKeys: String, CodingKey {
        case step, message, action, number, outcome
        case monitor = "sentinel"
    }

    /// Whether both are about the same measurement.
    func isSame(as other: RunAlert) -> Bool {
        step == other.step && monitor == other.monitor && message == other.message
    }
}
