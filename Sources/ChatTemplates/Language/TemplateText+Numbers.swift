extension TemplateText {
    /// The text without white space and with every decimal digit in ASCII; nil if it contains
    /// characters that no number has.
    private var numeral: [UInt8]? {
        var result: [UInt8] = []
        for scalar in String(decoding: trimmed(.both).bytes, as: UTF8.self).unicodeScalars {
            if scalar.isASCII {
                result.append(UInt8(scalar.value))
            } else if scalar.isDecimal, let value = scalar.properties.numericValue {
                result.append(UInt8(ascii: "0") + UInt8(value))
            } else {
                return nil
            }
        }
        return result
    }

    /// The digits without the underscores that Python allows between two of them; nil if one is
    /// elsewhere.
    private static func joined(
        _ digits: ArraySlice<UInt8>,
        isDigit: (UInt8) -> Bool
    ) -> [UInt8]? {
        let mark = UInt8(ascii: "_")
        for place in digits.indices where digits[place] == mark {
            guard place > digits.startIndex, place + 1 < digits.endIndex,
                isDigit(digits[place - 1]), isDigit(digits[place + 1])
            else { return nil }
        }
        return digits.filter { $0 != mark }
    }

    /// The result of Python's `int`; nil if the text is not an integer, and without value beyond 64
    /// bits.
    func pythonInteger(base: Int) -> (value: Int?, Void)? {
        guard var digits = numeral?[...], !digits.isEmpty else { return nil }
        var isNegative = false
        if let sign = digits.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            digits = digits.dropFirst()
        }
        var radix = base
        let prefixes: [(letter: String, base: Int)] = [("x", 16), ("o", 8), ("b", 2)]
        if digits.first == UInt8(ascii: "0"), digits.count > 1 {
            let letter = digits[digits.startIndex + 1] | 0x20
            if let found = prefixes.first(where: {
                letter == $0.letter.utf8.first && (base == 0 || base == $0.base)
            }) {
                radix = found.base
                digits = digits.dropFirst(2)
                // 0x_1f
                if digits.first == UInt8(ascii: "_") { digits = digits.dropFirst() }
            }
        }
        func digit(_ byte: UInt8) -> Int? {
            Character(UnicodeScalar(byte)).isASCII
                ? Int(String(UnicodeScalar(byte)), radix: 36) : nil
        }
        let isDecimalLiteral = radix == 0
        if isDecimalLiteral { radix = 10 }
        guard let plain = Self.joined(digits, isDigit: { digit($0).map { $0 < radix } ?? false }),
            !plain.isEmpty,
            plain.allSatisfy({ byte in
                byte != UInt8(ascii: "+") && byte != UInt8(ascii: "-")
                    && digit(byte).map { $0 < radix } ?? false
            })
        else { return nil }
        // As in source text, where 010 is invalid.
        if isDecimalLiteral, plain.count > 1, plain.first == UInt8(ascii: "0"),
            plain.contains(where: { $0 != UInt8(ascii: "0") })
        {
            return nil
        }
        let text = (isNegative ? "-" : "") + String(decoding: plain, as: UTF8.self)
        return (Int(text, radix: radix), ())
    }

    /// The result of Python's `float`; nil if the text is not a number.
    var pythonNumber: Double? {
        guard let numeral, !numeral.isEmpty else { return nil }
        func isDigit(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard let plain = Self.joined(numeral[...], isDigit: isDigit) else { return nil }
        var rest = plain[...]
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            rest = rest.dropFirst()
        }
        let word = String(decoding: rest, as: UTF8.self).lowercased()
        guard !["inf", "infinity", "nan"].contains(word) else {
            let number: Double = word == "nan" ? .nan : .infinity
            return plain.first == UInt8(ascii: "-") ? -number : number
        }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        var digits = whole.count
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix(while: isDigit)
            rest = rest.dropFirst(fraction.count + 1)
            digits += fraction.count
        }
        guard digits > 0 else { return nil }
        if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
                rest = rest.dropFirst()
            }
            let exponent = rest.prefix(while: isDigit)
            guard !exponent.isEmpty else { return nil }
            rest = rest.dropFirst(exponent.count)
        }
        guard rest.isEmpty else { return nil }
        return Double(String(decoding: plain, as: UTF8.self))
    }
}
