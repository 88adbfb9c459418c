import JSON

/// The values of plain scalars by the core schema of YAML 1.2: `on`, `yes`, `1_000` and `1:30` are
/// texts.
///
/// Source: https://yaml.org/spec/1.2.2/#103-core-schema.
enum CoreSchema {
    /// The value of a scalar without quotes and tag.
    static func value(of text: String) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": .null
        case "true", "True", "TRUE": true
        case "false", "False", "FALSE": false
        default: number(text) ?? .string(text)
        }
    }

    /// The number that a text is.
    static func number(_ text: String) -> JSONValue? {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, first < 0x3A else { return nil }
        switch text {
        case ".nan", ".NaN", ".NAN": return .number(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .number(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .number(-.infinity)
        default: break
        }
        if text.hasPrefix("0o") { return whole(bytes.dropFirst(2), radix: 8) }
        if text.hasPrefix("0x") { return whole(bytes.dropFirst(2), radix: 16) }
        let unsigned =
            first == UInt8(ascii: "-") || first == UInt8(ascii: "+")
            ? bytes.dropFirst() : bytes[...]
        guard !unsigned.isEmpty else { return nil }
        if unsigned.allSatisfy(isDigit) {
            if let value = Int(text) { return .integer(value) }
            return Double(text).map { .number($0) }
        }
        return isDecimal(unsigned) ? Double(text).map { .number($0) } : nil
    }

    private static func whole(_ digits: ArraySlice<UInt8>, radix: Int) -> JSONValue? {
        // `Int` would take a sign here.
        guard let first = digits.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "+")
        else {
            return nil
        }
        return Int(String(decoding: digits, as: UTF8.self), radix: radix).map { .integer($0) }
    }

    /// Whether they match `(\.[0-9]+ | [0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
    private static func isDecimal(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        func digits() -> Int {
            let count = rest.prefix(while: isDigit).count
            rest = rest.dropFirst(count)
            return count
        }
        let before = digits()
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            if digits() == 0, before == 0 { return false }
        } else if before == 0 {
            return false
        }
        if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
                rest = rest.dropFirst()
            }
            if digits() == 0 { return false }
        }
        return rest.isEmpty
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}
