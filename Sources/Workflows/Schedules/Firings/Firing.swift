import Platform

/// An instant at which a schedule was due, and its outcome.
package struct Firing: Sendable, Equatable {
    /// The states of a firing.
    package enum State: String, Sendable {
        /// It was recorded, and its flow run is about to be added.
        case claimed
        /// It waits for the end of an earlier flow run.
        case waiting
        /// Its flow run was started.
        case started
        /// Its flow run has ended.
        case ended
        /// It was left out, as the overlap policy says or because it was too late.
        case dropped
        /// Its flow run could not be started.
        case failed
    }

    /// The causes of a firing.
    package enum Cause: String, Sendable {
        /// It was due.
        case due
        /// A person asked for it by `flow backfill`.
        case backfill
    }

    /// Its id, which is that of its flow run too; see ``id(of:schedule:at:)``.
    package var id: String
    /// The path of the flow's file.
    package var path: String
    /// The name of the schedule.
    package var schedule: String
    /// The instant, in milliseconds since 1970.
    package var instant: Int
    /// Its cause.
    package var cause: Cause
    /// Its state.
    package var state: State
    /// Why it was left out or failed.
    package var reason: String?
    /// What happens while an earlier flow run is live.
    package var overlap: FlowSchedule.Overlap

    /// Creates a firing that is due and claimed, unless the parts say otherwise.
    package init(
        id: String,
        path: String,
        schedule: String,
        instant: Int,
        cause: Cause = .due,
        state: State = .claimed,
        reason: String? = nil,
        overlap: FlowSchedule.Overlap = .skip
    ) {
        self.id = id
        self.path = path
        self.schedule = schedule
        self.instant = instant
        self.cause = cause
        self.state = state
        self.reason = reason
        self.overlap = overlap
    }

    /// The id of an instant: 32 hexadecimal digits, the same in every process.
    package static func id(of path: String, schedule: String, at instant: Int) -> String {
        id(path, schedule, "\(instant)")
    }

    /// The id of a content of the dataset that a schedule waits for.
    package static func id(of path: String, schedule: String, digest: String) -> String {
        id(path, schedule, "dataset \(digest)")
    }

    private static func id(_ parts: String...) -> String {
        // Lengths keep the parts apart.
        let text = parts.map { "\($0.utf8.count):\($0)" }.joined()
        return String(sha256(of: "workbench schedule " + text).prefix(32))
    }
}
