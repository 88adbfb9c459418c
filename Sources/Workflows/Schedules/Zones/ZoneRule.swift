/// The rule for all years after a zone file's last transition: its last line, in the form of POSIX
/// `TZ` with the extension of RFC 9636 (hours from -167 to 167).
struct ZoneRule: Equatable {
    /// A day of each year, and a time on it.
    struct Change: Equatable {
        enum Day: Equatable {
            /// `Jn`: 1 to 365, never the leap day.
            case julian(Int)
            /// `n`: 0 to 365, the leap day counts.
            case ordinal(Int)
            /// `Mm.w.d`: the week 5 is the last.
            case weekday(month: Int, week: Int, weekday: Int)
        }

        var day: Day
        /// Seconds after midnight of the wall time before the change.
        var time: Int

        /// The wall time of the change in a year.
        func wall(in year: Int) -> WallSeconds {
            let start = CivilDate(year, 1, 1).dayNumber
            let number: Int
            switch day {
            case .julian(let day):
                number = start + day - 1 + (CivilDate.isLeap(year) && day >= 60 ? 1 : 0)
            case .ordinal(let day): number = start + day
            case .weekday(let month, let week, let weekday):
                let first = CivilDate(year, month, 1)
                var day = 1 + floorRemainder(weekday - first.weekday, 7) + (week - 1) * 7
                if day > first.daysInMonth { day -= 7 }
                number = CivilDate(year, month, day).dayNumber
            }
            return number * secondsPerDay + time
        }
    }

    /// The offset from UTC in seconds, and the one of summer with its two changes, if there is one.
    var offset: Int
    var summer: (offset: Int, start: Change, end: Change)?

    static func == (left: Self, right: Self) -> Bool {
        left.offset == right.offset && left.summer?.offset == right.summer?.offset
            && left.summer?.start == right.summer?.start && left.summer?.end == right.summer?.end
    }

    /// Reads a rule; nil if it has another form.
    init?(_ text: some Sequence<UInt8>) {
        var scanner = RuleScanner(text)
        guard scanner.skipName(), let west = scanner.time() else { return nil }
        offset = -west
        guard !scanner.isAtEnd else { return }
        guard scanner.skipName() else { return nil }
        let summerOffset = scanner.isAt(",") ? offset + 3600 : scanner.time().map { -$0 }
        guard let summerOffset, scanner.skip(","), let start = scanner.change(),
            scanner.skip(","), let end = scanner.change(), scanner.isAtEnd
        else { return nil }
        summer = (summerOffset, start, end)
    }

    /// The changes in a year, the earlier first: their instants, and the offset after each.
    func changes(in year: Int) -> [(instant: Int, offset: Int)] {
        guard let summer else { return [] }
        let changes = [
            (instant: summer.start.wall(in: year) - offset, offset: summer.offset),
            (instant: summer.end.wall(in: year) - summer.offset, offset: offset),
        ]
        return changes.sorted { $0.instant < $1.instant }
    }
}

/// Reads the parts of a rule.
private struct RuleScanner {
    private let bytes: [UInt8]
    private var index = 0

    init(_ text: some Sequence<UInt8>) { bytes = Array(text) }

    var isAtEnd: Bool { index == bytes.count }

    func isAt(_ character: Unicode.Scalar) -> Bool {
        index < bytes.count && bytes[index] == UInt8(ascii: character)
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard isAt(character) else { return false }
        index += 1
        return true
    }

    /// An abbreviation: three letters or more, or anything in `<>`.
    mutating func skipName() -> Bool {
        if skip("<") {
            while index < bytes.count, !isAt(">") { index += 1 }
            return skip(">")
        }
        let start = index
        while index < bytes.count, (65...90).contains(bytes[index] & 0xDF) { index += 1 }
        return index - start >= 3
    }

    mutating func number() -> Int? {
        let start = index
        var value = 0
        while index < bytes.count, (48...57).contains(bytes[index]), index - start < 4 {
            value = value * 10 + Int(bytes[index] - 48)
            index += 1
        }
        return index > start ? value : nil
    }

    /// `[+-]h[h[h]][:mm[:ss]]` in seconds.
    mutating func time() -> Int? {
        let isNegative = skip("-")
        if !isNegative { _ = skip("+") }
        guard let hours = number() else { return nil }
        var seconds = hours * 3600
        if skip(":") {
            guard let minutes = number() else { return nil }
            seconds += minutes * 60
            if skip(":") {
                guard let rest = number() else { return nil }
                seconds += rest
            }
        }
        return isNegative ? -seconds : seconds
    }

    mutating func change() -> ZoneRule.Change? {
        let day: ZoneRule.Change.Day
        if skip("M") {
            guard let month = number(), (1...12).contains(month), skip("."), let week = number(),
                (1...5).contains(week), skip("."), let weekday = number(), (0...6).contains(weekday)
            else { return nil }
            day = .weekday(month: month, week: week, weekday: weekday)
        } else if skip("J") {
            guard let number = number(), (1...365).contains(number) else { return nil }
            day = .julian(number)
        } else {
            guard let number = number(), number <= 365 else { return nil }
            day = .ordinal(number)
        }
        guard skip("/") else { return ZoneRule.Change(day: day, time: 7200) }
        return time().map { ZoneRule.Change(day: day, time: $0) }
    }
}
