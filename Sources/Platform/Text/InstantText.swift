/// Instants in ISO 8601 with an offset: `2026-12-01T02:00:00+09:00`, `2026-12-01T02:00Z`,
/// `2026-12-01` (midnight in UTC).
package enum InstantText {
    /// Milliseconds since 1970 of a date with a time; nil for a date alone, too.
    package static func milliseconds(ofTime text: String) -> Int? {
        text.utf8.count > "2026-12-01".utf8.count ? milliseconds(text) : nil
    }

    /// Milliseconds since 1970; nil for texts that are no instant, such as the 30th of February.
    package static func milliseconds(_ text: String) -> Int? {
        var rest = Array(text.utf8)[...]
        guard let year = number(&rest, 4), take(&rest, "-"), let month = number(&rest, 2),
            take(&rest, "-"), let day = number(&rest, 2), 1...12 ~= month,
            1...days(in: month, of: year) ~= day
        else { return nil }
        let midnight = daysSince1970(year, month, day) * 86_400_000
        if rest.isEmpty { return midnight }
        guard take(&rest, "T") || take(&rest, "t") || take(&rest, " "),
            let hour = number(&rest, 2), take(&rest, ":"), let minute = number(&rest, 2),
            hour < 24, minute < 60
        else { return nil }
        var second = 0
        var milliseconds = 0
        if take(&rest, ":") {
            guard let value = number(&rest, 2), value < 60 else { return nil }
            second = value
            if take(&rest, ".") {
                let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
                guard !digits.isEmpty else { return nil }
                rest = rest.dropFirst(digits.count)
                let three = (digits.map { Int($0) - 48 } + [0, 0]).prefix(3)
                milliseconds = three.reduce(0) { 10 * $0 + $1 }
            }
        }
        guard let offset = offset(&rest), rest.isEmpty else { return nil }
        let seconds = hour * 3_600 + minute * 60 + second - offset
        return midnight + seconds * 1_000 + milliseconds
    }

    /// `Z`, `+09:00` or `+0900`, in seconds.
    private static func offset(_ rest: inout ArraySlice<UInt8>) -> Int? {
        if take(&rest, "Z") || take(&rest, "z") { return 0 }
        let isNegative = rest.first == UInt8(ascii: "-")
        guard take(&rest, "+") || take(&rest, "-"), let hours = number(&rest, 2) else { return nil }
        _ = take(&rest, ":")
        guard let minutes = number(&rest, 2), hours < 24, minutes < 60 else { return nil }
        return (isNegative ? -60 : 60) * (60 * hours + minutes)
    }

    private static func take(_ rest: inout ArraySlice<UInt8>, _ sign: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: sign) else { return false }
        rest = rest.dropFirst()
        return true
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, _ count: Int) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count,
            digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
        else { return nil }
        rest = rest.dropFirst(count)
        return digits.reduce(0) { 10 * $0 + Int($1) - 48 }
    }

    private static func days(in month: Int, of year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return switch month {
        case 2: isLeap ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The number of days of the Gregorian calendar since 1970-01-01.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        // The year begins in March, so that the leap day is its last.
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }
}
