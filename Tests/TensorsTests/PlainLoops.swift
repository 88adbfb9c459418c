import Glibc
import Tensors

/// The kernels' twins: plain loops in double precision that share no code with them.
enum PlainLoops {
    static func dequantize(_ bytes: [UInt8], _ type: ElementType, count: Int) -> [Double] {
        func half(_ offset: Int) -> Double {
            Double(Float16(bitPattern: UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8))
        }
        switch type {
        case .f32:
            return (0..<count).map { i in
                Double(
                    Float(
                        bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[4 * i + $1]) << (8 * $1) }
                    )
                )
            }
        case .f16: return (0..<count).map { half(2 * $0) }
        case .q4_0, .q4_1:
            let header = type == .q4_0 ? 2 : 4
            return (0..<count).map { i in
                let start = i / 32 * type.blockBytes
                let byte = bytes[start + header + i % 16]
                let q = Double(i % 32 < 16 ? byte & 15 : byte >> 4)
                return type == .q4_0 ? half(start) * (q - 8) : half(start) * q + half(start + 2)
            }
        case .q8_0:
            return (0..<count).map { i in
                let start = i / 32 * 34
                return half(start) * Double(Int8(bitPattern: bytes[start + 2 + i % 32]))
            }
        }
    }

    static func softmax(_ x: [Float], scale: Float) -> [Double] {
        let scaled = x.map { Double($0) * Double(scale) }
        let largest = scaled.max() ?? 0
        let powers = scaled.map { exp($0 - largest) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }

    static func crossEntropy(_ logits: [Float], target: Int) -> Double {
        let largest = Double(logits.max() ?? 0)
        let sum = logits.reduce(0.0) { $0 + exp(Double($1) - largest) }
        return log(sum) + largest - Double(logits[target])
    }

    static func rmsNorm(_ x: [Double], _ weight: [Double], epsilon: Double) -> [Double] {
        let mean = x.reduce(0) { $0 + $1 * $1 } / Double(x.count)
        return zip(x, weight).map { $0 / (mean + epsilon).squareRoot() * $1 }
    }

    static func swiglu(_ gate: Double, _ up: Double) -> Double { gate / (1 + exp(-gate)) * up }
}

/// Numbers between -1 and 1 that are the same in every run.
func numbers(_ count: Int, seed: UInt64 = 1, scale: Float = 1) -> [Float] {
    let random = CounterRandom(seed: seed, purpose: .sampling)
    return (0..<count).map { Float(random.uniform(step: 0, index: $0) * 2 - 1) * scale }
}
