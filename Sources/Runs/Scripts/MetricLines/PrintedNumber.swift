/// Reads numbers as programs print them.
enum PrintedNumber {
    private static let maxLength = 40

    /// The number that starts at a place, and the place after it; nil if there is none.
    ///
    /// Takes `1`, `-1.5`, `.5`, `2e-05`, `nan`, `inf`, `-Infinity`. What comes after it is not
    /// looked at.
    static func scan(_ bytes: [UInt8], at start: Int) -> (value: Double, end: Int)? {
        var place = start
        var isNegative = false
        if place < bytes.count, bytes[place] == minus || bytes[place] == plus {
            isNegative = bytes[place] == minus
            place += 1
        }
        if let (value, length) = word(bytes, at: place) {
            return (isNegative ? -value : value, place + length)
        }
        let digits = place
        var hasDigits = false
        func skipDigits() {
            while place < bytes.count, MetricFieldName.isDigit(bytes[place]) {
                hasDigits = true
                place += 1
            }
        }
        skipDigits()
        if place < bytes.count, bytes[place] == dot {
            let point = place
            place += 1
            skipDigits()
            // The full stop of a sentence is no part of the number.
            if place == point + 1, place >= bytes.count || bytes[place] == 0x20 { place = point }
        }
        guard hasDigits else { return nil }
        if place + 1 < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
            var exponent = place + 1
            if bytes[exponent] == minus || bytes[exponent] == plus { exponent += 1 }
            let first = exponent
            while exponent < bytes.count, MetricFieldName.isDigit(bytes[exponent]) { exponent += 1 }
            if exponent > first { place = exponent }
        }
        guard place - digits <= maxLength,
            let value = Double(String(decoding: bytes[digits..<place], as: UTF8.self))
        else { return nil }
        return (isNegative ? -value : value, place)
    }

    /// The number that a text is, and nothing else.
    static func whole(_ text: String) -> Double? {
        let bytes = Array(text.utf8.prefix(maxLength + 2))
        guard let (value, end) = scan(bytes, at: 0), end == bytes.count else { return nil }
        return value
    }

    /// The whole number without sign that starts at a place, and the place after it.
    static func integer(_ bytes: [UInt8], at start: Int) -> (value: Int, end: Int)? {
        var place = start
        var value = 0
        while place < bytes.count, MetricFieldName.isDigit(bytes[place]), place - start < 15 {
            value = value * 10 + Int(bytes[place] - UInt8(ascii: "0"))
            place += 1
        }
        guard place > start, place >= bytes.count || !MetricFieldName.isDigit(bytes[place]) else {
            return nil
        }
        return (value, place)
    }

    private static let minus = UInt8(ascii: "-")
    private static let plus = UInt8(ascii: "+")
    private static let dot = UInt8(ascii: ".")

    private static let words: [(word: [UInt8], value: Double)] = [
        (Array("infinity".utf8), .infinity), (Array("inf".utf8), .infinity),
        (Array("nan".utf8), .nan),
    ]

    private static func word(_ bytes: [UInt8], at place: Int) -> (value: Double, length: Int)? {
        for (word, value) in words where place + word.count <= bytes.count {
            let isSame = zip(bytes[place...], word).allSatisfy { $0 | 0x20 == $1 }
            let end = place + word.count
            if isSame, end >= bytes.count || !MetricFieldName.isLetter(bytes[end]) {
                return (value, word.count)
            }
        }
        return nil
    }
}
