// swift-format-ignore: AlwaysUseLowerCamelCase
/// The types of a test model's matrices, under the names of the formats.
public enum TestWeightType: String, Sendable, CaseIterable {
    /// IEEE single precision.
    case f32 = "F32"
    /// IEEE half precision.
    case f16 = "F16"
    /// 32 numbers of 4 bits with a scale.
    case q4_0 = "Q4_0"
    /// 32 numbers of 4 bits with a scale and an offset.
    case q4_1 = "Q4_1"
    /// 32 numbers of 8 bits with a scale.
    case q8_0 = "Q8_0"

    /// The type's code in a GGUF file.
    var code: UInt32 {
        switch self {
        case .f32: 0
        case .f16: 1
        case .q4_0: 2
        case .q4_1: 3
        case .q8_0: 8
        }
    }

    /// The bytes of `values`, whose count is a multiple of 32.
    func encode(_ values: [Float]) -> [UInt8] {
        switch self {
        case .f32: values.flatMap { littleEndian($0.bitPattern) }
        case .f16: values.flatMap { littleEndian(Float16($0).bitPattern) }
        case .q4_0, .q4_1, .q8_0:
            stride(from: 0, to: values.count, by: 32).flatMap {
                encodeBlock(Array(values[$0..<$0 + 32]))
            }
        }
    }

    private func encodeBlock(_ block: [Float]) -> [UInt8] {
        switch self {
        case .q8_0:
            let largest = block.map(abs).max() ?? 0
            let scale = Float16(largest / 127)
            let codes = block.map { UInt8(bitPattern: Int8(quotient($0, scale, -127...127))) }
            return littleEndian(scale.bitPattern) + codes
        case .q4_0:
            let extreme = block.max { abs($0) < abs($1) } ?? 0
            let scale = Float16(extreme / -8)
            let codes = block.map { UInt8(quotient($0, scale, -8...7) + 8) }
            return littleEndian(scale.bitPattern) + pairs(codes)
        case .q4_1:
            let least = block.min() ?? 0
            let scale = Float16(((block.max() ?? 0) - least) / 15)
            let offset = Float16(least)
            let codes = block.map { UInt8(quotient($0 - Float(offset), scale, 0...15)) }
            return littleEndian(scale.bitPattern) + littleEndian(offset.bitPattern) + pairs(codes)
        case .f32, .f16:
            return []
        }
    }

    private func quotient(_ value: Float, _ scale: Float16, _ range: ClosedRange<Float>) -> Int {
        guard scale != 0 else { return 0 }
        let rounded = (value / Float(scale)).rounded()
        return Int(min(max(rounded, range.lowerBound), range.upperBound))
    }

    /// The first half of a block is in the low nibbles, the second in the high ones.
    private func pairs(_ codes: [UInt8]) -> [UInt8] {
        (0..<16).map { codes[$0] | codes[$0 + 16] << 4 }
    }

    private func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
