public import Platform

/// A line of cron: five fields that say at which wall times something happens.
///
/// The fields are those of Debian's cron (Vixie's, with its rules for daylight saving): numbers,
/// names of months and days, ranges, steps, lists, and `@daily` and the like. As in its successors,
/// `L` is the last day of a month, `LW` the last one from Monday to Friday, `5L` the last Friday and
/// `MON#2` the second Monday. If both days are restricted, either suffices; if one begins with `*`,
/// both must match.
///
/// A line that has `*` at the beginning of its minute or its hour follows elapsed time: it fires
/// whenever the wall time matches. Any other line has fixed times: one that the clocks skip in
/// spring fires once, right after the gap, and one that they repeat in autumn fires once, at the
/// first of the two.
public struct CronLine: Sendable, Equatable, CustomStringConvertible {
    /// The line, as it was written.
    public let description: String
    let minutes: CronValues
    let hours: CronValues
    let days: CronValues
    let months: CronValues
    let weekdays: CronValues

    /// Whether the day of the month and that of the week must both match.
    var needsBothDays: Bool { days.isStarred || weekdays.isStarred }
    /// Whether it fires whenever the wall time matches, even twice, rather than at fixed times.
    var followsElapsedTime: Bool { minutes.isStarred || hours.isStarred }

    /// Reads a line.
    ///
    /// - Throws: ``FlowError`` with code `invalid`, which names the field, or says why the line would
    ///   never fire.
    public init(_ text: String) throws(FlowError) {
        let full: String
        let fields = text.split { $0.isWhitespace }
        if let first = fields.first, first.hasPrefix("@") {
            guard fields.count == 1, let line = Self.shorthands[first.lowercased()] else {
                throw Self.error(
                    text,
                    "@ stands before one of "
                        + Self.shorthands.keys.sorted().map { $0.dropFirst() }
                        .joined(separator: ", ")
                )
            }
            full = line
        } else {
            full = text
        }
        let parts = full.split { $0.isWhitespace }
        guard parts.count == CronField.allCases.count else {
            throw Self.error(
                text,
                "it has \(parts.count) \(parts.count == 1 ? "field" : "fields") and not five: minute, hour, day of month, month, "
                    + "day of week"
            )
        }
        description = text
        do throws(CronFault) {
            minutes = try CronValues(parts[0], .minute)
            hours = try CronValues(parts[1], .hour)
            days = try CronValues(parts[2], .dayOfMonth)
            months = try CronValues(parts[3], .month)
            weekdays = try CronValues(parts[4], .dayOfWeek)
        } catch {
            throw Self.error(text, "in the \(error.field.name), \(error.what)")
        }
        if let reason = reasonItNeverFires {
            throw FlowError(
                .invalid,
                "The line of cron '\(text)' never fires: \(reason).",
                hint: "Change its days or its months."
            )
        }
    }

    private static func error(_ text: String, _ what: String) -> FlowError {
        FlowError(
            .invalid,
            "The line of cron '\(text)' cannot be read: \(what).",
            hint: "Write, for example, '0 2 * * MON' for Mondays at 02:00."
        )
    }

    /// The lines that a word stands for.
    private static let shorthands = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *",
        "@weekly": "0 0 * * 0", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
        "@hourly": "0 * * * *",
    ]
}
