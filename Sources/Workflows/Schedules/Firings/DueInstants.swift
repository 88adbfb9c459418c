/// The instants of a schedule that are due now.
package struct DueInstants: Sendable, Equatable {
    /// What happened between the last evaluation and this one.
    package enum Gap: Sendable, Equatable {
        /// Schedules were executed all the time.
        case none
        /// No process executed schedules, or the machine slept.
        case downtime
        /// The wall clock was set.
        case clockJump
    }

    /// The instants to fire, ascending.
    package var instants: [Int]
    /// Whether earlier ones were left out, since they were too late.
    package var hasMissed: Bool

    /// The most that are fired at once after a downtime.
    package static let limit = 1_000

    /// Finds the due instants.
    ///
    /// After a downtime those within the catch-up window are due. After the clock was set, only the
    /// last one of them is: the others are times that never passed.
    ///
    /// - Parameters:
    ///   - evaluated: The instant up to which the schedule was evaluated.
    ///   - now: The wall clock; both in milliseconds since 1970.
    ///   - catchup: The window in milliseconds.
    package init(
        of timetable: Timetable,
        after evaluated: Int,
        now: Int,
        catchup: Int,
        gap: Gap
    ) {
        instants = []
        hasMissed = false
        guard evaluated < now else { return }
        var first = evaluated
        if gap != .none, now - evaluated > catchup {
            // An instant exactly as old as the window is in it.
            first = now - catchup - 1
            if let missed = timetable.next(after: evaluated), missed <= first { hasMissed = true }
        }
        let found = timetable.instants(after: first, through: now, limit: Self.limit)
        instants = found.instants
        hasMissed = hasMissed || found.isCut
        if gap == .clockJump, instants.count > 1 {
            instants.removeFirst(instants.count - 1)
            hasMissed = true
        }
    }
}
