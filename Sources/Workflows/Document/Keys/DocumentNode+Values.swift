import JSON

extension DocumentNode {
    /// The value under a name of a mapping.
    subscript(name: String) -> DocumentNode? { mapping?.first { $0.name == name }?.value }

    var int: Int? {
        if case .integer(let number) = scalar { return number }
        return nil
    }

    var bool: Bool? {
        if case .boolean(let flag) = scalar { return flag }
        return nil
    }

    /// The seconds of a duration.
    var seconds: Double? {
        switch scalar {
        case .integer(let number): number >= 0 ? upTo(Double(number), QuantityText.longest) : nil
        case .number(let number): number >= 0 ? upTo(number, QuantityText.longest) : nil
        case .string(let text): QuantityText.seconds(text)
        default: nil
        }
    }

    /// The bytes of an amount of memory.
    var byteCount: Int64? {
        switch scalar {
        case .integer(let number): number > 0 ? upTo(Int64(number), QuantityText.largest) : nil
        case .string(let text): QuantityText.bytes(text)
        default: nil
        }
    }

    private func upTo<Number: Comparable>(_ number: Number, _ limit: Number) -> Number? {
        number <= limit ? number : nil
    }

    /// The texts of a list, or a single text.
    var texts: [String] {
        if let list { return list.compactMap(\.text) }
        return text.map { [$0] } ?? []
    }
}

extension JSONValue {
    var isBoolean: Bool {
        if case .boolean = self { return true }
        return false
    }

    /// A number as floating point.
    var double: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }
}
