/// The five fields of a line of cron.
enum CronField: Int, CaseIterable {
    case minute, hour, dayOfMonth, month, dayOfWeek

    /// Its name in errors.
    var name: String {
        switch self {
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of month"
        case .month: "month"
        case .dayOfWeek: "day of week"
        }
    }

    /// The values that it may have; both 0 and 7 are Sunday.
    var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// The names of its values, from the first on.
    var names: [String] {
        switch self {
        case .month:
            [
                "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
            ]
        case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        case .minute, .hour, .dayOfMonth: []
        }
    }
}

/// What a field of a line of cron matches.
struct CronValues: Equatable {
    /// Plain values, a bit each.
    var plain: UInt64 = 0
    /// Days of the week, a bit each, of which the last one in the month matches.
    var last: UInt64 = 0
    /// Days of the week, a bit each, of which the nth one in the month matches; from the first.
    var nth = [UInt64](repeating: 0, count: 5)
    /// Whether the last day of the month matches.
    var lastDay = false
    /// Whether the last day of the month from Monday to Friday matches.
    var lastWorkday = false
    /// Whether the field begins with `*`.
    var isStarred = false

    /// Whether a plain value matches.
    func contains(_ value: Int) -> Bool { plain >> UInt64(value) & 1 == 1 }

    /// Reads a field.
    init(_ text: Substring, _ field: CronField) throws(CronFault) {
        isStarred = text.utf8.first == UInt8(ascii: "*")
        for term in text.split(separator: ",", omittingEmptySubsequences: false) {
            try read(term, field)
        }
        if field == .dayOfWeek {
            // Both 0 and 7 are Sunday.
            plain = (plain | plain >> 7 & 1) & 0x7F
        }
    }

    private mutating func read(_ term: Substring, _ field: CronField) throws(CronFault) {
        let text = term.uppercased()
        switch field {
        case .dayOfMonth where text == "L":
            lastDay = true
            return
        case .dayOfMonth where text == "LW":
            lastWorkday = true
            return
        case .dayOfWeek where text.contains("#"):
            let parts = text.split(separator: "#", omittingEmptySubsequences: false)
            guard parts.count == 2, let number = Int(parts[1]), (1...5).contains(number) else {
                throw CronFault(
                    field,
                    "'\(term)' is not a day and its number in the month, 1 to 5, such as MON#2"
                )
            }
            nth[number - 1] |= 1 << UInt64(try Self.value(parts[0], field) % 7)
            return
        case .dayOfWeek where text.count > 1 && (text.hasSuffix("L") || text.hasPrefix("L")):
            let day = text.hasSuffix("L") ? text.dropLast() : text.dropFirst()
            last |= 1 << UInt64(try Self.value(day, field) % 7)
            return
        default:
            plain |= try Self.span(text[...], field)
        }
    }

    /// The values of a term without `L` and `#`, a bit each.
    private static func span(_ term: Substring, _ field: CronField) throws(CronFault) -> UInt64 {
        let parts = term.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { throw CronFault(field, "'\(term)' has two steps") }
        var step = 1
        if parts.count == 2 {
            guard isNumber(parts[1]), let number = Int(parts[1]), number > 0 else {
                throw CronFault(field, "the step in '\(term)' is not a number above 0")
            }
            step = number
        }
        let range: ClosedRange<Int>
        let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        if parts[0] == "*" {
            range = field.range
        } else if ends.count == 2 {
            let first = try value(ends[0], field)
            var last = try value(ends[1], field)
            if field == .dayOfWeek, last == 0, first > 0 { last = 7 }
            guard first <= last else {
                throw CronFault(field, "'\(term)' goes backwards; write two ranges with a comma")
            }
            range = first...last
        } else {
            let first = try value(parts[0], field)
            // As in Vixie's cron, `5/15` is `5-59/15`.
            range = first...(parts.count == 2 ? field.range.upperBound : first)
        }
        return stride(from: range.lowerBound, through: range.upperBound, by: step)
            .reduce(0) { $0 | 1 << UInt64($1) }
    }

    /// A number or a name.
    private static func value(_ text: Substring, _ field: CronField) throws(CronFault) -> Int {
        if let index = field.names.firstIndex(of: String(text)) {
            return field == .month ? index + 1 : index
        }
        let (low, high) = (field.range.lowerBound, field.range.upperBound)
        guard isNumber(text), let number = Int(text) else {
            let names = field.names.first.map { ", nor a name such as \($0)" } ?? ""
            throw CronFault(
                field,
                text.isEmpty ? "a value is missing" : "'\(text)' is not a number\(names)"
            )
        }
        guard field.range.contains(number) else {
            throw CronFault(field, "\(number) is not from \(low) to \(high)")
        }
        return number
    }

    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.count < 10 && text.utf8.allSatisfy { (48...57).contains($0) }
    }
}

/// What is wrong with a field of a line of cron.
struct CronFault: Error {
    var field: CronField
    var what: String

    init(_ field: CronField, _ what: String) {
        self.field = field
        self.what = what
    }
}
