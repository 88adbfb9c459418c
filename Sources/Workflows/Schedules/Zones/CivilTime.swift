/// A date of the Gregorian calendar.
///
/// Days are counted from 1970-01-01, as in Howard Hinnant's "chrono-compatible low-level date
/// algorithms".
struct CivilDate: Equatable {
    /// The year.
    var year: Int
    /// The month, 1 to 12.
    var month: Int
    /// The day of the month, from 1.
    var day: Int

    /// Creates a date from its parts.
    init(_ year: Int, _ month: Int, _ day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The date so many days after 1970-01-01.
    init(dayNumber: Int) {
        // Years begin with March here, so that the leap day is a year's last.
        let shifted = dayNumber + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// The number of days after 1970-01-01.
    var dayNumber: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = floorDivide(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The day of the week, 0 for Sunday.
    var weekday: Int { floorRemainder(dayNumber + 4, 7) }

    /// The number of days of the month.
    var daysInMonth: Int { Self.days(in: month, isLeap: Self.isLeap(year)) }

    /// The number of days of a month.
    static func days(in month: Int, isLeap: Bool) -> Int {
        switch month {
        case 2: isLeap ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Whether a year has a 29th of February.
    static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }
}

/// Wall time: seconds since 1970-01-01 00:00:00 on the clocks of a zone.
typealias WallSeconds = Int

/// The number of seconds of a day without a change of clocks.
let secondsPerDay = 86_400

/// The quotient, rounded down.
func floorDivide(_ value: Int, _ divisor: Int) -> Int {
    value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor)
}

/// What ``floorDivide(_:_:)`` leaves, from 0 up to the divisor.
func floorRemainder(_ value: Int, _ divisor: Int) -> Int {
    value - floorDivide(value, divisor) * divisor
}
