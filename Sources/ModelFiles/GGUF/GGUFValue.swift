/// One value of a GGUF file's metadata.
public enum GGUFValue: Sendable {
    /// An integer that is not negative, of any stored width.
    case unsigned(UInt64)
    /// An integer of a signed type.
    case signed(Int64)
    /// A floating-point number; float32 ones are widened exactly.
    case float(Double)
    /// True or false.
    case bool(Bool)
    /// Text, as the stored bytes.
    case string([UInt8])
    /// Values of one type, read from the file on request.
    case array(GGUFArray)

    /// The value as an integer, if it is one that fits.
    public var integer: Int? {
        switch self {
        case .unsigned(let value): Int(exactly: value)
        case .signed(let value): Int(exactly: value)
        case .float, .bool, .string, .array: nil
        }
    }

    /// The value as a number, if it is one.
    public var number: Double? {
        switch self {
        case .unsigned(let value): Double(value)
        case .signed(let value): Double(value)
        case .float(let value): value
        case .bool, .string, .array: nil
        }
    }

    /// The value as text for display, if it is text.
    public var text: String? {
        if case .string(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
    }
}

/// The types that a GGUF value may have, with their codes in the file.
enum GGUFValueType: UInt32 {
    case uint8 = 0
    case int8 = 1
    case uint16 = 2
    case int16 = 3
    case uint32 = 4
    case int32 = 5
    case float32 = 6
    case bool = 7
    case string = 8
    case array = 9
    case uint64 = 10
    case int64 = 11
    case float64 = 12

    /// The bytes of a value; for text and arrays the minimum.
    var minimumByteCount: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .string, .uint64, .int64, .float64: 8
        case .array: 12
        }
    }
}
