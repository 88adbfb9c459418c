/// What the executor of schedules needs of flows and datasets.
package struct ScheduleActions: Sendable {
    /// Reads and checks the flow's file at a path.
    package var load: @Sendable (_ path: String) throws -> Flow
    /// The flow runs of a schedule that have not ended, the oldest first.
    package var live: @Sendable (_ path: String, _ schedule: String) throws -> [String]
    /// The state of a flow run; nil if there is none.
    package var state: @Sendable (_ flowRun: String) throws -> FlowState?
    /// Adds a flow run with an id and lets it run; an id that exists is refused.
    package var start:
        @Sendable (
            _ flow: Flow, _ parameters: [String: String], _ origin: FlowRunOrigin, _ id: String
        ) throws -> Void
    /// Ends a flow run, at once or with its grace.
    package var end:
        @Sendable (_ flowRun: String, _ isAbrupt: Bool, _ reason: String) throws -> Void
    /// The digest of a dataset's content; nil if there is no such dataset.
    package var digest: @Sendable (_ dataset: String) throws -> String?

    /// Creates the actions from functions.
    package init(
        load: @escaping @Sendable (_ path: String) throws -> Flow,
        live: @escaping @Sendable (_ path: String, _ schedule: String) throws -> [String],
        state: @escaping @Sendable (_ flowRun: String) throws -> FlowState?,
        start:
            @escaping @Sendable (
                _ flow: Flow, _ parameters: [String: String], _ origin: FlowRunOrigin, _ id: String
            ) throws -> Void,
        end:
            @escaping @Sendable (_ flowRun: String, _ isAbrupt: Bool, _ reason: String) throws
            -> Void,
        digest: @escaping @Sendable (_ dataset: String) throws -> String?
    ) {
        self.load = load
        self.live = live
        self.state = state
        self.start = start
        self.end = end
        self.digest = digest
    }
}

/// What the executor of schedules did.
package enum ScheduleReport: Sendable, Equatable {
    /// A flow run was started.
    case started(Firing)
    /// A firing was left out, for the reason in it.
    case dropped(Firing)
    /// A firing's flow run could not be started, for the reason in it.
    case failed(Firing)
    /// Times were left out since they were too late.
    case missed(path: String, schedule: String)
    /// A schedule was paused, for a reason.
    case paused(path: String, schedule: String, reason: String)
    /// A schedule cannot fire, for a reason; reported once.
    case unusable(path: String, schedule: String, reason: String)
}

/// The two clocks at one moment.
package struct Moment: Sendable, Equatable {
    /// The wall clock in milliseconds since 1970, which may be set.
    package var wall: Int
    /// Seconds of a clock that is never set and continues while the machine sleeps.
    package var steady: Double

    /// Creates a moment.
    package init(wall: Int, steady: Double) {
        self.wall = wall
        self.steady = steady
    }

    /// What happened between an earlier moment and this one.
    ///
    /// - Parameter wait: The planned time between them, in seconds.
    package func gap(since former: Moment?, after wait: Double) -> DueInstants.Gap {
        guard let former else { return .downtime }
        let elapsed = steady - former.steady
        guard abs(Double(wall - former.wall) / 1000 - elapsed) <= Self.tolerance else {
            return .clockJump
        }
        return elapsed > wait + Self.tolerance ? .downtime : .none
    }

    /// The seconds of difference that corrections of the clock or a slow machine explain.
    private static let tolerance = 60.0
}
