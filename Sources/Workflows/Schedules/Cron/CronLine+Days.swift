extension CronLine {
    /// Whether it fires on a date.
    func matches(_ date: CivilDate) -> Bool {
        months.contains(date.month)
            && matchesDay(date.day, of: date.daysInMonth, weekday: date.weekday)
    }

    /// Whether a day matches.
    ///
    /// - Parameters:
    ///   - length: The number of days of its month.
    ///   - weekday: Its day of the week, 0 for Sunday.
    private func matchesDay(_ day: Int, of length: Int, weekday: Int) -> Bool {
        let isDay = matchesDayOfMonth(day, of: length, weekday: weekday)
        let isWeekday = matchesDayOfWeek(day, of: length, weekday: weekday)
        return needsBothDays ? isDay && isWeekday : isDay || isWeekday
    }

    private func matchesDayOfMonth(_ day: Int, of length: Int, weekday: Int) -> Bool {
        if days.contains(day) || days.lastDay && day == length { return true }
        guard days.lastWorkday, (1...5).contains(weekday) else { return false }
        return day == length || weekday == 5 && length - day <= 2
    }

    private func matchesDayOfWeek(_ day: Int, of length: Int, weekday: Int) -> Bool {
        let bit = UInt64(1) << UInt64(weekday)
        return weekdays.plain & bit != 0
            || weekdays.last & bit != 0 && day + 7 > length
            || weekdays.nth[(day - 1) / 7] & bit != 0
    }

    /// Why no day ever matches; nil if one does.
    ///
    /// Each pair of a leap year or not and a weekday of January 1 occurs in the Gregorian calendar,
    /// so the 14 kinds of year decide.
    var reasonItNeverFires: String? {
        for isLeap in [false, true] {
            for firstWeekday in 0..<7 {
                var weekday = firstWeekday
                for month in 1...12 {
                    let length = CivilDate.days(in: month, isLeap: isLeap)
                    for day in 1...length {
                        if months.contains(month),
                            matchesDay(day, of: length, weekday: weekday)
                        {
                            return nil
                        }
                        weekday = (weekday + 1) % 7
                    }
                }
            }
        }
        let longest =
            (1...12).filter(months.contains)
            .map { CivilDate.days(in: $0, isLeap: true) }.max() ?? 0
        let earliest = (1...31).first(where: days.contains)
        if let earliest, earliest > longest, !days.lastDay, !days.lastWorkday {
            return "its months have no day \(earliest)"
        }
        return "no date has both its day of the month and its day of the week"
    }
}
