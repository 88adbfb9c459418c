/// How the numbers of a weight are stored, with the type codes of GGUF.
///
/// Quantized types store blocks of 32 numbers that share a scale:
/// `w = d * (q - 8)` for Q4_0, `w = d * q + m` for Q4_1, `w = d * q` for Q8_0,
/// where `d` and `m` are float16. Source: the GGUF specification.
public enum ElementType: UInt32, Sendable, CaseIterable, CustomStringConvertible {
    /// IEEE single precision.
    case f32 = 0
    /// IEEE half precision.
    case f16 = 1
    /// Four bits and a scale: 18 bytes for 32 numbers.
    case q4_0 = 2
    /// Four bits, a scale and an offset: 20 bytes for 32 numbers.
    case q4_1 = 3
    /// Eight bits and a scale: 34 bytes for 32 numbers.
    case q8_0 = 8

    /// The name as GGUF files and llama.cpp spell it.
    public var name: String {
        switch self {
        case .f32: "F32"
        case .f16: "F16"
        case .q4_0: "Q4_0"
        case .q4_1: "Q4_1"
        case .q8_0: "Q8_0"
        }
    }

    /// How many numbers one block holds.
    public var blockLength: Int {
        switch self {
        case .f32, .f16: 1
        case .q4_0, .q4_1, .q8_0: 32
        }
    }

    /// How many bytes one block takes.
    public var blockBytes: Int {
        switch self {
        case .f32: 4
        case .f16: 2
        case .q4_0: 18
        case .q4_1: 20
        case .q8_0: 34
        }
    }

    /// Whether several numbers share a scale.
    public var isQuantized: Bool { blockLength > 1 }

    /// The bytes that `count` numbers take; `count` is a multiple of the block's length.
    public func byteCount(elements count: Int) -> Int {
        precondition(
            count % blockLength == 0,
            "\(count) elements are no whole number of \(name) blocks"
        )
        return count / blockLength * blockBytes
    }

    /// The type's name.
    public var description: String { name }
}
