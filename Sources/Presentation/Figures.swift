package import FoundationEssentials
import Glibc

/// Numbers as text: three significant digits, with a unit in place of many zeros.
package enum Figures {
    /// The placeholder for an unknown value.
    package static let none = "-"

    /// A number with `digits` significant digits: `1.84`, `0.0312`, `412`, `1.7e-4`, `nan`.
    package static func significant(_ value: Double, digits: Int = 3) -> String {
        guard !value.isNaN else { return "nan" }
        // MLflow's databases store infinity as the largest finite number.
        guard abs(value) < .greatestFiniteMagnitude else { return value < 0 ? "-inf" : "inf" }
        guard value != 0 else { return "0" }
        // Rounding may change the exponent: 9.996 is 10.0.
        let exponent = DecimalDigits(value).rounded(to: digits).exponent
        guard exponent < -3 || exponent >= 6 else {
            return decimal(value, places: max(0, digits - 1 - exponent))
        }
        // With one digit fewer, rounding may make the exponent unnecessary: 9.96e-4 is 0.0010.
        let fewer = max(1, digits - 1)
        return DecimalDigits(value).rounded(to: fewer).exponent == -3
            ? decimal(value, places: fewer + 2) : scientific(value, digits: fewer)
    }

    /// A number in `width` columns: with fewer digits or an exponent if it is too long.
    package static func fitting(_ value: Double?, width: Int, digits: Int = 3) -> String {
        guard let value else { return none }
        guard abs(value) < .greatestFiniteMagnitude, value != 0 else { return significant(value) }
        let plain = (2...max(2, digits)).reversed().map { significant(value, digits: $0) }
        let short = plain + (1...2).reversed().map { scientific(value, digits: $0) }
        return short.first { $0.utf8.count <= width } ?? short[short.count - 1]
    }

    /// A number in powers of ten: `2.4e-3`.
    private static func scientific(_ value: Double, digits: Int) -> String {
        let number = DecimalDigits(value).rounded(to: digits)
        let places = String(decoding: number.digits.dropFirst(), as: UTF8.self)
        return (value < 0 ? "-" : "") + String(decoding: number.digits.prefix(1), as: UTF8.self)
            + (places.isEmpty ? "" : ".\(places)") + "e\(number.exponent)"
    }

    /// Steps done and in total: `24/60`, or if too long `4170/20k`, `4.2k/20k` or `21 %`.
    package static func steps(_ done: Int, of total: Int?, width: Int) -> String {
        guard let total else {
            return "\(done)".utf8.count <= width ? "\(done)" : short(done, digits: 2)
        }
        let texts = [
            "\(done)/\(total)", "\(done)/\(short(total))", "\(short(done))/\(short(total))",
            "\(short(done, digits: 2))/\(short(total, digits: 2))",
        ]
        return texts.first { $0.utf8.count <= width }
            ?? percent(total > 0 ? Double(done) / Double(total) : .nan)
    }

    /// A count without trailing zeros: `269`, `20k`, `4.17k`.
    private static func short(_ count: Int, digits: Int = 3) -> String {
        let units: [(size: Double, name: String)] = [(1e9, "G"), (1e6, "M"), (1e3, "k")]
        guard abs(count) >= 1000, let unit = units.first(where: { Double(abs(count)) >= $0.size })
        else { return "\(count)" }
        var text = significant(Double(count) / unit.size, digits: digits)
        if text.contains(".") {
            while text.last == "0" { text.removeLast() }
            if text.last == "." { text.removeLast() }
        }
        return text + unit.name
    }

    /// A rate with three significant digits: `38.2`, `412`, `1.48k`, `148k`.
    package static func rate(_ value: Double) -> String {
        switch abs(value) {
        case ..<999.5: significant(value)
        case ..<999_500: "\(significant(value / 1e3))k"
        case ..<999_500_000: "\(significant(value / 1e6))M"
        default: significant(value)
        }
    }

    /// A number with `places` decimal places: `1.842`.
    package static func decimal(_ value: Double, places: Int) -> String {
        let scaled = (abs(value) * power(of: 10, places)).rounded()
        guard scaled < 1e18 else { return "\(value)" }
        let sign = value < 0 && scaled > 0 ? "-" : ""
        let digits = String(Int64(scaled))
        guard places > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return "\(sign)\(padded.dropLast(places)).\(padded.suffix(places))"
    }

    /// A loss as the details show it: `1.842`, `12.84`.
    package static func loss(_ value: Double?) -> String {
        guard let value else { return none }
        return abs(value) < 1000 && value.isFinite
            ? decimal(value, places: abs(value) < 10 ? 3 : 2) : significant(value)
    }

    /// A number, or a dash for nil.
    package static func optional(_ value: Double?, digits: Int = 3) -> String {
        value.map { significant($0, digits: digits) } ?? none
    }

    /// A number as it was set: `32`, `0.0005`.
    package static func plain(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? "\(value)"
    }

    /// A share: `41 %`.
    package static func percent(_ share: Double) -> String {
        guard share.isFinite else { return none }
        return "\(Int((min(max(share, 0), 1) * 100).rounded(.down))) %"
    }

    /// A span of time: `0.4s`, `42s`, `1m12s`, `2h05m`, `3d04h`.
    package static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return none }
        if seconds < 9.95 && seconds != seconds.rounded() {
            return "\(decimal(seconds, places: 1))s"
        }
        let whole = Int(seconds.rounded())
        func pair(_ large: Int, _ unit: String, _ small: Int, _ smallUnit: String) -> String {
            "\(large)\(unit)\(small < 10 ? "0" : "")\(small)\(smallUnit)"
        }
        switch whole {
        case ..<60: return "\(whole)s"
        case ..<3600: return pair(whole / 60, "m", whole % 60, "s")
        case ..<86_400: return pair(whole / 3600, "h", whole / 60 % 60, "m")
        default: return pair(whole / 86_400, "d", whole / 3600 % 24, "h")
        }
    }

    /// An age: `now`, `3m ago`, `2h ago`, `5d ago`.
    package static func age(of date: Date, at now: Date) -> String {
        let seconds = max(0, now.timeIntervalSince(date))
        switch seconds {
        case ..<60: return "now"
        case ..<3600: return "\(Int(seconds) / 60)m ago"
        case ..<86_400: return "\(Int(seconds) / 3600)h ago"
        default: return "\(Int(seconds) / 86_400)d ago"
        }
    }

    /// A time: `14:03` within the last day, else `5d ago`.
    ///
    /// An age in minutes would soon be wrong on a screen that is not redrawn.
    package static func moment(_ date: Date, at now: Date) -> String {
        now.timeIntervalSince(date) < 86_400
            ? String(clock(date).prefix(5)) : age(of: date, at: now)
    }

    /// Bytes in decimal units: `812 B`, `91.7 MB`, `610 MB`.
    package static func bytes(_ count: Int64, digits: Int = 3) -> String {
        let units = ["B", "kB", "MB", "GB", "TB", "PB"]
        var value = Double(count)
        var unit = 0
        while abs(value) >= 999.5, unit + 1 < units.count {
            value /= 1000
            unit += 1
        }
        return "\(unit == 0 ? String(count) : significant(value, digits: digits)) \(units[unit])"
    }

    /// A count: `984`, `12.3k`, `1.23M`.
    package static func count(_ count: Int) -> String {
        switch abs(count) {
        case ..<10_000: "\(count)"
        case ..<999_500: "\(significant(Double(count) / 1e3))k"
        case ..<999_500_000: "\(significant(Double(count) / 1e6))M"
        default: "\(significant(Double(count) / 1e9))G"
        }
    }

    /// A count with its noun: `1 task`, `2 tasks`.
    package static func counted(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }

    /// The local time of day: `14:03:27`.
    package static func clock(_ date: Date) -> String {
        var seconds = time_t(date.timeIntervalSince1970)
        var parts = tm()
        localtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    }

    /// A date and time in the local zone with the day of the week: `Sun 2026-03-15 02:00`.
    package static func localTime(_ date: Date) -> String {
        var seconds = time_t(date.timeIntervalSince1970)
        var parts = tm()
        localtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let name = names[Int(parts.tm_wday) % names.count]
        let day = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        return "\(name) \(day) \(two(parts.tm_hour)):\(two(parts.tm_min))"
    }

    /// A date and time in UTC: `2026-03-14 09:26`.
    package static func universalTime(_ date: Date) -> String {
        var seconds = time_t(date.timeIntervalSince1970)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        return "\(day) \(two(parts.tm_hour)):\(two(parts.tm_min))"
    }

    private static func power(of base: Double, _ exponent: Int) -> Double {
        pow(base, Double(exponent))
    }
}
