/// The number types of the safetensors format.
public enum SafetensorsType: String, Sendable, CaseIterable {
    /// IEEE double precision.
    case f64 = "F64"
    /// IEEE single precision.
    case f32 = "F32"
    /// IEEE half precision.
    case f16 = "F16"
    /// The upper half of a float32.
    case bf16 = "BF16"
    /// Eight bits with a four-bit exponent.
    case f8e4m3 = "F8_E4M3"
    /// Eight bits with a five-bit exponent.
    case f8e5m2 = "F8_E5M2"
    /// Signed whole numbers.
    case i64 = "I64"
    /// Signed whole numbers.
    case i32 = "I32"
    /// Signed whole numbers.
    case i16 = "I16"
    /// Signed whole numbers.
    case i8 = "I8"
    /// Unsigned whole numbers.
    case u64 = "U64"
    /// Unsigned whole numbers.
    case u32 = "U32"
    /// Unsigned whole numbers.
    case u16 = "U16"
    /// Unsigned whole numbers.
    case u8 = "U8"
    /// Truth values, one byte each.
    case bool = "BOOL"

    /// The bytes per number.
    public var byteCount: Int {
        switch self {
        case .f64, .i64, .u64: 8
        case .f32, .i32, .u32: 4
        case .f16, .bf16, .i16, .u16: 2
        case .f8e4m3, .f8e5m2, .i8, .u8, .bool: 1
        }
    }
}

/// The position and type of a tensor in a safetensors file.
public struct SafetensorsTensor: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// The type of its numbers.
    public let type: SafetensorsType
    /// Its dimensions, the slowest first; none for a single number.
    public let shape: [Int]
    /// Its bytes, counted from the start of the file.
    public let range: Range<Int>

    /// The number of its elements.
    public var elementCount: Int { range.count / type.byteCount }
}
