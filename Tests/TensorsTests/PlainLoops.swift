import Glibc
import Tensors

/// The kernels' twins: plain loops in double precision that share no code with them.
enum PlainLoops {
    /// The codes of NF4: QLoRA, arXiv 2305.14314, appendix E.
    static let normalFloat: [Float] = [
        -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453,
        -0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0,
        0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
        0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
    ]

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
        case .bf16:
            return (0..<count).map { i in
                let bits = UInt32(bytes[2 * i]) << 16 | UInt32(bytes[2 * i + 1]) << 24
                return Double(Float(bitPattern: bits))
            }
        case .q4_0, .q4_1:
            let header = type == .q4_0 ? 2 : 4
            return (0..<count).map { i in
                let start = i / 32 * type.blockBytes
                let byte = bytes[start + header + i % 16]
                let q = Double(i % 32 < 16 ? byte & 15 : byte >> 4)
                return type == .q4_0 ? half(start) * (q - 8) : half(start) * q + half(start + 2)
            }
        case .q5_0, .q5_1:
            let header = type == .q5_0 ? 2 : 4
            return (0..<count).map { i in
                let start = i / 32 * type.blockBytes
                let byte = bytes[start + header + 4 + i % 16]
                let fifth = bytes[start + header + i % 32 / 8] >> (i % 8) & 1
                let q = Double((i % 32 < 16 ? byte & 15 : byte >> 4) + fifth * 16)
                return type == .q5_0 ? half(start) * (q - 16) : half(start) * q + half(start + 2)
            }
        case .q8_0:
            return (0..<count).map { i in
                let start = i / 32 * 34
                return half(start) * Double(Int8(bitPattern: bytes[start + 2 + i % 32]))
            }
        case .iq4_nl:
            let codes: [Double] = [
                -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
            ]
            return (0..<count).map { i in
                let start = i / 32 * 18
                let byte = bytes[start + 2 + i % 16]
                return half(start) * codes[Int(i % 32 < 16 ? byte & 15 : byte >> 4)]
            }
        case .nf4:
            return (0..<count).map { i in
                let start = i / 64 * 36
                let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * $1) }
                let byte = bytes[start + 4 + i % 64 / 2]
                let code = Int(i % 2 == 0 ? byte >> 4 : byte & 15)
                return Double(Float(bitPattern: bits)) * Double(normalFloat[code])
            }
        case .q2_k:
            return (0..<count).map { i in
                let start = i / 256 * 84
                let (block, place) = (i % 256 / 32, i % 32)
                let q = bytes[start + 16 + block / 4 * 32 + place] >> (2 * (block % 4)) & 3
                let scale = bytes[start + i % 256 / 16]
                return half(start + 80) * Double(scale & 15) * Double(q)
                    - half(start + 82) * Double(scale >> 4)
            }
        case .q3_k:
            return (0..<count).map { i in
                let start = i / 256 * 110
                let (block, place, group) = (i % 256 / 32, i % 32, i % 256 / 16)
                let low = bytes[start + 32 + block / 4 * 32 + place] >> (2 * (block % 4)) & 3
                let isSet = bytes[start + place] >> block & 1 == 1
                let nibbles = bytes[start + 96 + group % 8]
                let above = bytes[start + 104 + group % 4] >> (2 * (group / 4)) & 3
                let scale = Int(group < 8 ? nibbles & 15 : nibbles >> 4) + 16 * Int(above) - 32
                return half(start + 108) * Double(scale) * (Double(low) - (isSet ? 0 : 4))
            }
        case .q4_k, .q5_k:
            return (0..<count).map { i in
                let start = i / 256 * type.blockBytes
                let (block, place) = (i % 256 / 32, i % 32)
                let packed = { bytes[start + 4 + $0] }
                let (scale, minimum) =
                    block < 4
                    ? (packed(block) & 63, packed(block + 4) & 63)
                    : (
                        (packed(block + 4) & 15) | ((packed(block - 4) >> 6) << 4),
                        (packed(block + 4) >> 4) | ((packed(block) >> 6) << 4)
                    )
                let nibbles = bytes[start + (type == .q4_k ? 16 : 48) + block / 2 * 32 + place]
                var q = block % 2 == 0 ? nibbles & 15 : nibbles >> 4
                if type == .q5_k { q += (bytes[start + 16 + place] >> block & 1) * 16 }
                return half(start) * Double(scale) * Double(q) - half(start + 2) * Double(minimum)
            }
        case .q6_k:
            return (0..<count).map { i in
                let start = i / 256 * 210
                let (half128, place) = (i % 256 / 128, i % 128)
                let (quarter, lane) = (place / 32, place % 32)
                let low = bytes[start + half128 * 64 + quarter % 2 * 32 + lane]
                let high = bytes[start + 128 + half128 * 32 + lane] >> (2 * quarter) & 3
                let q = Double((quarter < 2 ? low & 15 : low >> 4) + high * 16) - 32
                let scale = Int8(bitPattern: bytes[start + 192 + i % 256 / 16])
                return half(start + 208) * Double(scale) * q
            }
        }
    }

    /// c = a·b for matrices (M, K) and (K, N).
    static func product(_ a: [Double], _ b: [Double], M: Int, K: Int, N: Int) -> [Double] {
        var c = [Double](repeating: 0, count: M * N)
        for m in 0..<M {
            for n in 0..<N {
                for k in 0..<K { c[m * N + n] += a[m * K + k] * b[k * N + n] }
            }
        }
        return c
    }

    /// Causal attention of one sequence: out, (T, H*D), where key heads serve H / K query heads each.
    static func attention(
        _ q: [Double],
        _ k: [Double],
        _ v: [Double],
        H: Int,
        K: Int,
        D: Int,
        first: Int,
        window: Int,
        cap: Double? = nil
    ) -> [Double] {
        let T = q.count / (H * D)
        var out = [Double](repeating: 0, count: q.count)
        for t in 0..<T {
            let position = first + t
            let seen = (window > 0 ? max(0, position + 1 - window) : 0)...position
            for h in 0..<H {
                let g = h / (H / K)
                let scores = seen.map { s in
                    let score =
                        (0..<D).reduce(0.0) {
                            $0 + q[(t * H + h) * D + $1] * k[(s * K + g) * D + $1]
                        } / Double(D).squareRoot()
                    return cap.map { softCap(score, at: $0) } ?? score
                }
                let largest = scores.max() ?? 0
                let powers = scores.map { exp($0 - largest) }
                let sum = powers.reduce(0, +)
                for (weight, s) in zip(powers, seen) {
                    for d in 0..<D {
                        out[(t * H + h) * D + d] += weight / sum * v[(s * K + g) * D + d]
                    }
                }
            }
        }
        return out
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

    /// The same against a target whose share `smoothing` is spread over all labels.
    static func crossEntropy(_ logits: [Float], target: Int, smoothing: Double) -> Double {
        let share = smoothing / Double(logits.count)
        let spread = logits.indices.map { crossEntropy(logits, target: $0) * share }
        return (1 - smoothing) * crossEntropy(logits, target: target) + spread.reduce(0, +)
    }

    static func rmsNorm(_ x: [Double], _ weight: [Double], epsilon: Double) -> [Double] {
        let mean = x.reduce(0) { $0 + $1 * $1 } / Double(x.count)
        return zip(x, weight).map { $0 / (mean + epsilon).squareRoot() * $1 }
    }

    static func softCap(_ x: Double, at cap: Double) -> Double { cap * tanh(x / cap) }

    static func geglu(_ gate: Double, _ up: Double) -> Double {
        let u = (2 / Double.pi).squareRoot() * (gate + 0.044715 * gate * gate * gate)
        return 0.5 * gate * (1 + tanh(u)) * up
    }

    static func swiglu(_ gate: Double, _ up: Double) -> Double { gate / (1 + exp(-gate)) * up }
}

/// Numbers between -1 and 1 that are the same in every run.
func numbers(_ count: Int, seed: UInt64 = 1, scale: Float = 1) -> [Float] {
    let random = CounterRandom(seed: seed, purpose: .sampling)
    return (0..<count).map { Float(random.uniform(step: 0, index: $0) * 2 - 1) * scale }
}
