/// The absolute value of a number as decimal digits and the power of ten of the first one.
struct DecimalDigits {
    /// The digits as ASCII; the first is not zero, except in zero itself.
    private(set) var digits: [UInt8]
    /// The power of ten of the first digit.
    private(set) var exponent: Int

    /// The shortest digits that identify a finite number.
    init(_ value: Double) {
        let parts = abs(value).description.utf8.split(separator: UInt8(ascii: "e"))
        let power = parts.count > 1 ? Int(String(decoding: parts[1], as: UTF8.self)) ?? 0 : 0
        let mantissa = parts.first.map(Array.init) ?? [UInt8(ascii: "0")]
        let point = mantissa.firstIndex(of: UInt8(ascii: ".")) ?? mantissa.count
        let all = mantissa.filter { $0 != UInt8(ascii: ".") }
        let zeros = all.prefix { $0 == UInt8(ascii: "0") }.count
        digits = Array(all.dropFirst(min(zeros, all.count - 1)))
        exponent = power + point - 1 - min(zeros, all.count - 1)
    }

    /// The number with `count` digits, rounded half up.
    func rounded(to count: Int) -> DecimalDigits {
        var result = self
        let zero = UInt8(ascii: "0")
        guard count < digits.count else {
            result.digits += [UInt8](repeating: zero, count: count - digits.count)
            return result
        }
        result.digits = Array(digits.prefix(count))
        guard digits[count] >= UInt8(ascii: "5") else { return result }
        for place in result.digits.indices.reversed() {
            guard result.digits[place] == UInt8(ascii: "9") else {
                result.digits[place] += 1
                return result
            }
            result.digits[place] = zero
        }
        result.digits = [UInt8(ascii: "1")] + result.digits.dropLast()
        result.exponent += 1
        return result
    }
}
