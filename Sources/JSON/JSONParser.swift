/// A strict JSON parser (RFC 8259) that reports the byte at which the text is invalid.
///
/// Rows of datasets are reported by line and column, integers keep 64 bits, an object that repeats
/// a name and half a surrogate pair are refused, and strings keep their bytes; Foundation's parsers
/// guarantee none of these.
public struct JSONParser {
    /// What is wrong, and at which byte of the text.
    public struct Failure: Error, Equatable {
        /// The byte.
        public let offset: Int
        /// What is wrong there.
        public let what: String
    }

    /// Deeper nesting is refused, to bound the recursion.
    public static let maxDepth = 64

    let bytes: [UInt8]
    /// Whether `NaN`, `Infinity` and `-Infinity` are numbers, as Python writes them.
    private let takesNonFinite: Bool
    /// How many bytes were read.
    public private(set) var offset = 0

    /// Starts at the beginning of a text, which must be valid UTF-8.
    ///
    /// - Parameter takesNonFinite: Whether `NaN`, `Infinity` and `-Infinity`, which Python writes and
    ///   JSON lacks, are read as numbers.
    public init(_ bytes: [UInt8], takesNonFinite: Bool = false) {
        self.bytes = bytes
        self.takesNonFinite = takesNonFinite
    }

    /// Parses a text that is one value.
    public static func parse(
        _ bytes: [UInt8],
        takesNonFinite: Bool = false
    ) throws(Failure) -> JSONValue {
        var parser = JSONParser(bytes, takesNonFinite: takesNonFinite)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        if parser.offset < bytes.count {
            throw parser.failure("there is text after the end of the JSON value")
        }
        return value
    }

    /// The next byte after any space, or nil at the end.
    public mutating func peek() -> UInt8? {
        skipSpace()
        return offset < bytes.count ? bytes[offset] : nil
    }

    /// Skips a byte that is known to be next.
    public mutating func take() { offset += 1 }

    /// Skips bytes that are known to be next.
    mutating func skip(_ count: Int) { offset += count }

    /// A failure at the current offset.
    public func failure(_ what: String) -> Failure {
        Failure(offset: offset, what: offset < bytes.count ? what : "the JSON ends too early")
    }

    /// The next value.
    public mutating func value(depth: Int) throws(Failure) -> JSONValue {
        guard depth < Self.maxDepth else { throw failure("the JSON is nested too deep") }
        switch peek() {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "N") where takesNonFinite: return try word("NaN", .number(.nan))
        case UInt8(ascii: "I") where takesNonFinite: return try word("Infinity", .number(.infinity))
        case UInt8(ascii: "-")
        where takesNonFinite && bytes[offset...].dropFirst().first == UInt8(ascii: "I"):
            return try word("-Infinity", .number(-.infinity))
        case UInt8(ascii: "-"): return try number()
        case let byte? where UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte: return try number()
        default: throw failure("this is not a JSON value")
        }
    }

    private mutating func object(depth: Int) throws(Failure) -> JSONObject {
        var object = JSONObject()
        take()
        if peek() == UInt8(ascii: "}") {
            take()
            return object
        }
        while true {
            guard peek() == UInt8(ascii: "\"") else {
                throw failure("a name in quotes is expected")
            }
            let start = offset
            let name = try string()
            guard peek() == UInt8(ascii: ":") else { throw failure("':' is expected") }
            take()
            guard object.insert(try value(depth: depth + 1), named: JSONName(name)) else {
                throw Failure(
                    offset: start,
                    what: "the name \"\(name)\" occurs twice in one object"
                )
            }
            let next = peek()
            guard next == UInt8(ascii: ",") || next == UInt8(ascii: "}") else {
                throw failure("',' or '}' is expected")
            }
            take()
            if next == UInt8(ascii: "}") { return object }
        }
    }

    private mutating func array(depth: Int) throws(Failure) -> [JSONValue] {
        var array: [JSONValue] = []
        take()
        if peek() == UInt8(ascii: "]") {
            take()
            return array
        }
        while true {
            array.append(try value(depth: depth + 1))
            let next = peek()
            guard next == UInt8(ascii: ",") || next == UInt8(ascii: "]") else {
                throw failure("',' or ']' is expected")
            }
            take()
            if next == UInt8(ascii: "]") { return array }
        }
    }

    private mutating func word(
        _ word: StaticString,
        _ value: JSONValue
    ) throws(Failure) -> JSONValue {
        let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard bytes[offset...].starts(with: expected) else {
            throw failure("this is not a JSON value")
        }
        offset += expected.count
        return value
    }

    private mutating func number() throws(Failure) -> JSONValue {
        let start = offset
        var isWhole = true
        if bytes[offset] == UInt8(ascii: "-") { take() }
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "0") {
            take()
        } else {
            try digits()
        }
        if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
            isWhole = false
            take()
            try digits()
        }
        if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            take()
            if offset < bytes.count,
                bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-")
            {
                take()
            }
            try digits()
        }
        if isWhole, let value = Self.whole(bytes[start..<offset]) { return .integer(value) }
        guard let value = Double(String(decoding: bytes[start..<offset], as: UTF8.self)) else {
            throw Failure(offset: start, what: "this is not a number")
        }
        return .number(value)
    }

    /// The number of a sign and digits; nil if it does not fit.
    private static func whole(_ text: ArraySlice<UInt8>) -> Int? {
        let isNegative = text.first == UInt8(ascii: "-")
        var value = 0
        for digit in isNegative ? text.dropFirst() : text {
            let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let digit = Int(digit &- UInt8(ascii: "0"))
            let (sum, isOver) =
                isNegative
                ? product.subtractingReportingOverflow(digit)
                : product.addingReportingOverflow(digit)
            if isTooLarge || isOver { return nil }
            value = sum
        }
        return value
    }

    private mutating func digits() throws(Failure) {
        let start = offset
        while offset < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[offset] {
            take()
        }
        if offset == start { throw failure("a digit is expected") }
    }

    private mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                take()
            default: return
            }
        }
    }
}
