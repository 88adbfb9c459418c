/// How the numbers of a weight are stored, with the type codes of GGUF.
///
/// Quantized types store blocks of 32 numbers that share a scale, w = d * q or
/// w = d * q + m, with d and m in float16; the K types store 256 numbers whose
/// blocks have scales of a few bits of their own. Source: the GGUF
/// specification. NF4, which GGUF does not have, stores blocks of 64 numbers
/// w = d * code[q] with d in float32 (Dettmers et al., arXiv 2305.14314).
public enum ElementType: UInt32, Sendable, CaseIterable, CustomStringConvertible {
    /// IEEE single precision.
    case f32 = 0
    /// IEEE half precision.
    case f16 = 1
    /// Four bits and a scale.
    case q4_0 = 2
    /// Four bits, a scale and an offset.
    case q4_1 = 3
    /// Five bits and a scale.
    case q5_0 = 6
    /// Five bits, a scale and an offset.
    case q5_1 = 7
    /// Eight bits and a scale.
    case q8_0 = 8
    /// Two bits, with scales and offsets of four bits for each sixteen numbers.
    case q2_k = 10
    /// Three bits, with a scale of six bits for each sixteen numbers.
    case q3_k = 11
    /// Four bits, with scales and offsets of six bits.
    case q4_k = 12
    /// Five bits, with scales and offsets of six bits.
    case q5_k = 13
    /// Six bits, with a scale of eight bits for each sixteen numbers.
    case q6_k = 14
    /// Four bits that stand for numbers further apart the larger they are, and a scale.
    case iq4_nl = 20
    /// The upper half of IEEE single precision.
    case bf16 = 30
    /// Four bits that stand for quantiles of the normal distribution, and a scale; not a GGUF type.
    case nf4 = 256

    /// The name as GGUF files and llama.cpp spell it.
    public var name: String { layout.name }

    /// The numbers in a block.
    public var blockLength: Int { layout.blockLength }

    /// The bytes of a block.
    public var blockBytes: Int { layout.blockBytes }

    private var layout: (name: String, blockLength: Int, blockBytes: Int) {
        switch self {
        case .f32: ("F32", 1, 4)
        case .f16: ("F16", 1, 2)
        case .bf16: ("BF16", 1, 2)
        case .q4_0: ("Q4_0", 32, 18)
        case .q4_1: ("Q4_1", 32, 20)
        case .q5_0: ("Q5_0", 32, 22)
        case .q5_1: ("Q5_1", 32, 24)
        case .q8_0: ("Q8_0", 32, 34)
        case .q2_k: ("Q2_K", 256, 84)
        case .q3_k: ("Q3_K", 256, 110)
        case .q4_k: ("Q4_K", 256, 144)
        case .q5_k: ("Q5_K", 256, 176)
        case .q6_k: ("Q6_K", 256, 210)
        case .iq4_nl: ("IQ4_NL", 32, 18)
        case .nf4: ("NF4", 64, 36)
        }
    }

    /// Whether several numbers share a scale.
    public var isQuantized: Bool { blockLength > 1 }

    /// Whether products with quantized activations are computed in integers; other types are
    /// dequantized a tile at a time.
    public var hasIntegerProducts: Bool { isQuantized && self != .nf4 }

    /// Whether float32 numbers can be converted to this type, see `quantize`.
    public var isWritable: Bool { self != .q2_k && self != .q3_k && self != .iq4_nl }

    /// Whether GGUF files have this type.
    public var isInGGUF: Bool { self != .nf4 }

    /// The types that GGUF files have.
    public static var ggufTypes: [ElementType] { allCases.filter(\.isInGGUF) }

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
