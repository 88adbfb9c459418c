internal import CKernels

extension ElementType {
    /// The largest magnitude that this type can store; larger numbers and NaN cannot be stored.
    public var largestMagnitude: Float {
        switch self {
        case .f32, .bf16, .nf4: .greatestFiniteMagnitude
        // The scales of quantized types are float16.
        default: Float(Float16.greatestFiniteMagnitude)
        }
    }

    /// Whether this type can store each of `count` numbers.
    public func canStore(_ numbers: UnsafePointer<Float>, count: Int) -> Bool {
        wb_are_within(numbers, largestMagnitude, count)
    }

    /// Writes `count` numbers in this type to `out`, which has `byteCount(elements: count)` bytes.
    ///
    /// The type `isWritable`, `count` is a whole number of blocks, and `canStore` holds. The types
    /// with blocks of 32 are rounded as llama.cpp and the Python package `gguf` round, NF4 as
    /// bitsandbytes does; for the K types the scales are searched for here.
    public func quantize(
        _ numbers: UnsafePointer<Float>,
        count: Int,
        into out: UnsafeMutableRawPointer
    ) {
        precondition(isWritable, "\(self) is not written here")
        precondition(count % blockLength == 0, "\(count) numbers are no whole blocks of \(self)")
        wb_quantize(out, numbers, rawValue, count)
    }

    /// Dequantizes `count` numbers at `bytes`, a whole number of blocks of this type, to `out`.
    public func dequantize(
        _ bytes: UnsafeRawPointer,
        count: Int,
        into out: UnsafeMutablePointer<Float>
    ) {
        precondition(count % blockLength == 0, "\(count) numbers are no whole blocks of \(self)")
        wb_dequantize(out, bytes, rawValue, count)
    }
}

extension ElementType {
    /// What the sixteen codes of NF4 stand for, ascending from -1 to 1.
    public static var normalFloatCode: [Float] {
        withUnsafeBytes(of: wb_nf4_code) { Array($0.bindMemory(to: Float.self)) }
    }
}
