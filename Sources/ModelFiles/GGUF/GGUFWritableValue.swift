/// A value to be written to a GGUF file's metadata, of any type of the format.
public enum GGUFWritableValue: Sendable {
    /// A whole number from 0 up, of eight bits.
    case uint8(UInt8)
    /// A whole number of eight bits.
    case int8(Int8)
    /// A whole number from 0 up, of 16 bits.
    case uint16(UInt16)
    /// A whole number of 16 bits.
    case int16(Int16)
    /// A whole number from 0 up, of 32 bits.
    case uint32(UInt32)
    /// A whole number of 32 bits.
    case int32(Int32)
    /// A whole number from 0 up, of 64 bits.
    case uint64(UInt64)
    /// A whole number of 64 bits.
    case int64(Int64)
    /// A number in IEEE single precision.
    case float32(Float)
    /// A number in IEEE double precision.
    case float64(Double)
    /// True or false.
    case bool(Bool)
    /// Text, as bytes.
    case string([UInt8])
    /// Values of one type.
    case array(GGUFWritableArray)
    /// A value of another file, unchanged.
    case stored(GGUFStoredValue)

    /// Text.
    public static func text(_ text: String) -> GGUFWritableValue { .string(Array(text.utf8)) }

    /// Appends the type's code and the value.
    func append(to out: inout GGUFBytes) {
        switch self {
        case .uint8(let value): out.append(.uint8, value)
        case .int8(let value): out.append(.int8, value)
        case .uint16(let value): out.append(.uint16, value)
        case .int16(let value): out.append(.int16, value)
        case .uint32(let value): out.append(.uint32, value)
        case .int32(let value): out.append(.int32, value)
        case .uint64(let value): out.append(.uint64, value)
        case .int64(let value): out.append(.int64, value)
        case .float32(let value): out.append(.float32, value.bitPattern)
        case .float64(let value): out.append(.float64, value.bitPattern)
        case .bool(let value): out.append(.bool, UInt8(value ? 1 : 0))
        case .string(let bytes):
            out.append(GGUFValueType.string.rawValue)
            out.append(string: bytes)
        case .array(let array):
            out.append(GGUFValueType.array.rawValue)
            array.append(to: &out)
        case .stored(let value): out.bytes.append(contentsOf: value.bytes)
        }
    }
}

/// An array to be written to a GGUF file's metadata.
public enum GGUFWritableArray: Sendable {
    /// Whole numbers from 0 up, of eight bits.
    case uint8([UInt8])
    /// Whole numbers of eight bits.
    case int8([Int8])
    /// Whole numbers from 0 up, of 16 bits.
    case uint16([UInt16])
    /// Whole numbers of 16 bits.
    case int16([Int16])
    /// Whole numbers from 0 up, of 32 bits.
    case uint32([UInt32])
    /// Whole numbers of 32 bits.
    case int32([Int32])
    /// Whole numbers from 0 up, of 64 bits.
    case uint64([UInt64])
    /// Whole numbers of 64 bits.
    case int64([Int64])
    /// Numbers in IEEE single precision.
    case float32([Float])
    /// Numbers in IEEE double precision.
    case float64([Double])
    /// Truth values.
    case bool([Bool])
    /// Texts, as bytes.
    case string([[UInt8]])

    /// Appends the elements' type, their count and the elements.
    fileprivate func append(to out: inout GGUFBytes) {
        switch self {
        case .uint8(let values): out.append(.uint8, values)
        case .int8(let values): out.append(.int8, values)
        case .uint16(let values): out.append(.uint16, values)
        case .int16(let values): out.append(.int16, values)
        case .uint32(let values): out.append(.uint32, values)
        case .int32(let values): out.append(.int32, values)
        case .uint64(let values): out.append(.uint64, values)
        case .int64(let values): out.append(.int64, values)
        case .float32(let values): out.append(.float32, values.map(\.bitPattern))
        case .float64(let values): out.append(.float64, values.map(\.bitPattern))
        case .bool(let values): out.append(.bool, values.map { UInt8($0 ? 1 : 0) })
        case .string(let values):
            out.append(GGUFValueType.string.rawValue)
            out.append(UInt64(values.count))
            for value in values { out.append(string: value) }
        }
    }
}

/// The bytes of a growing GGUF header, little endian.
struct GGUFBytes {
    var bytes: [UInt8] = []

    mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(string: some Collection<UInt8>) {
        append(UInt64(string.count))
        bytes.append(contentsOf: string)
    }

    fileprivate mutating func append(_ type: GGUFValueType, _ number: some FixedWidthInteger) {
        append(type.rawValue)
        append(number)
    }

    fileprivate mutating func append(_ type: GGUFValueType, _ numbers: [some FixedWidthInteger]) {
        append(type.rawValue)
        append(UInt64(numbers.count))
        for number in numbers { append(number) }
    }
}
