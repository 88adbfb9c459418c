import Platform

/// When a schedule fires, checked, with instants in milliseconds since 1970.
package enum Timetable: Sendable, Equatable {
    /// At the times of a line of cron.
    case cron(CronLine, Zone)
    /// Every so many milliseconds from a start.
    case interval(milliseconds: Int, start: Int)
    /// When a dataset has another content.
    case dataset(String)

    /// Reads a schedule.
    ///
    /// - Parameter machineZone: The zone of a line of cron that names none.
    /// - Throws: ``FlowError`` for a line that cannot be read or never fires, an unknown zone, or an
    ///   interval below one second.
    package init(
        _ schedule: FlowSchedule,
        machineZone: () -> Zone = { .current() }
    ) throws(FlowError) {
        switch schedule.trigger {
        case .cron(let text):
            let line = try CronLine(text)
            if let name = schedule.timezone {
                self = .cron(line, try Zone(name))
            } else {
                self = .cron(line, machineZone())
            }
        case .interval(let seconds, let start):
            guard seconds >= 1, seconds <= 1e10 else {
                throw FlowError(
                    .invalid,
                    "The interval of the schedule \(schedule.name) is \(seconds) seconds.",
                    hint: "Use at least one second."
                )
            }
            self = .interval(milliseconds: Int((seconds * 1000).rounded()), start: start)
        case .dataset(let name): self = .dataset(name)
        }
    }

    /// The first instant after another one at which it fires; nil if there is none or no clock
    /// decides.
    package func next(after instant: Int) -> Int? {
        switch self {
        case .cron(let line, let zone):
            return line.next(after: floorDivide(instant, 1000), in: zone).map { $0 * 1000 }
        case .interval(let milliseconds, let start):
            guard instant >= start else { return start }
            return start + ((instant - start) / milliseconds + 1) * milliseconds
        case .dataset: return nil
        }
    }

    /// The instants after one and up to another, the newest `limit` of them.
    ///
    /// - Returns: The instants, and whether there were more.
    package func instants(
        after first: Int,
        through last: Int,
        limit: Int
    ) -> (instants: [Int], isCut: Bool) {
        var found: [Int] = []
        var isCut = false
        var instant = first
        while let next = next(after: instant), next <= last {
            // Halves are dropped at once, so that a second a year is not a thousand million moves.
            if found.count >= 2 * limit {
                found.removeFirst(limit)
                isCut = true
            }
            found.append(next)
            instant = next
        }
        return (Array(found.suffix(limit)), isCut || found.count > limit)
    }
}
