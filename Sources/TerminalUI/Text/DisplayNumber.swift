#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Numbers in few characters.
public enum DisplayNumber {
    /// A number with `digits` significant digits: `1.842`, `0.0310`, `1.7e-4`, `nan`, `412`.
    ///
    /// Digits before the point are never rounded away below a million.
    public static func text(_ value: Double, significantDigits digits: Int = 4) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        if value == 0 { return "0" }
        let digits = min(max(1, digits), 15)
        let magnitude = abs(value)
        if magnitude < 1e-3 || magnitude >= 1e6 { return scientific(value, digits) }
        let exponent = Int(floor(log10(magnitude)))
        return fixed(value, decimals: max(0, digits - 1 - exponent))
    }

    /// A number with `decimals` digits after the point.
    public static func fixed(_ value: Double, decimals: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return text(value) }
        let decimals = min(max(0, decimals), 15)
        let scale = pow(10, Double(min(decimals, 15)))
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 1e18 else { return "\(value)" }
        var number = String(Int64(scaled))
        if decimals > 0 {
            number = String(repeating: "0", count: max(0, decimals + 1 - number.count)) + number
            number.insert(".", at: number.index(number.endIndex, offsetBy: -decimals))
        }
        return value < 0 && scaled > 0 ? "-" + number : number
    }

    private static func scientific(_ value: Double, _ digits: Int) -> String {
        // Smaller powers of ten cannot be divided by.
        var exponent = max(-307, Int(floor(log10(abs(value)))))
        var mantissa = fixed(value / pow(10, Double(exponent)), decimals: digits - 1)
        if mantissa.hasPrefix("10") || mantissa.hasPrefix("-10") {
            exponent += 1
            mantissa = fixed(value / pow(10, Double(exponent)), decimals: digits - 1)
        }
        // Trailing zeros are dropped: 1e-4, not 1.000e-4.
        if mantissa.contains(".") {
            while mantissa.last == "0" { mantissa.removeLast() }
            if mantissa.last == "." { mantissa.removeLast() }
        }
        return "\(mantissa)e\(exponent)"
    }
}
