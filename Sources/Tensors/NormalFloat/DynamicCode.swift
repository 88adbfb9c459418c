/// A code of eight bits: leading bits give the power of ten, the others a fraction of it.
///
/// bitsandbytes stores the scales of NF4 blocks this way: 256 of them share a
/// float32 scale, the largest magnitude among them. Source: Dettmers, "8-Bit
/// Approximations for Parallelism in Deep Learning", arXiv 1511.04561, and the
/// behaviour of bitsandbytes 0.50 on a CPU.
public enum DynamicCode {
    /// The numbers that share a scale.
    public static let blockLength = 256

    /// What the 256 codes stand for, ascending from -0.993 to 1.
    public static let map: [Float] = {
        var values: [Float] = [0, 1]
        for (bits, power) in [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1].enumerated() {
            // The middles of equal pieces of what lies between 0.1 and 1.
            let pieces = 1 << bits
            let step = (1 - Float(0.1)) / Float(pieces)
            // As torch.linspace: from the nearer end, product and sum rounded once.
            let borders = (0...pieces).map { i in
                i < (pieces + 1) / 2
                    ? Float(0.1).addingProduct(step, Float(i))
                    : Float(1).addingProduct(-step, Float(pieces - i))
            }
            for (low, high) in zip(borders, borders.dropFirst()) {
                let value = Float(power) * ((low + high) / 2)
                values += [value, -value]
            }
        }
        return values.sorted()
    }()

    /// Codes for numbers, and the scale of each 256 of them.
    static func quantize(_ numbers: [Float]) -> (codes: [UInt8], scales: [Float]) {
        var codes: [UInt8] = []
        var scales: [Float] = []
        codes.reserveCapacity(numbers.count)
        for start in stride(from: 0, to: numbers.count, by: blockLength) {
            let block = numbers[start..<min(start + blockLength, numbers.count)]
            let scale = block.reduce(0) { max($0, abs($1)) }
            let inverse = 1 / scale
            scales.append(scale)
            for number in block {
                // bitsandbytes looks a number up among 65536, to which it is rounded first.
                let place = (min(max(number * inverse, -1), 1) + 1) * 0.5 * 65535 + 0.5
                codes.append(place.isNaN ? 0 : nearest[Int(place)])
            }
        }
        return (codes, scales)
    }

    /// The numbers of codes with a scale for each `blockLength` of them.
    package static func dequantize(
        _ codes: some Sequence<UInt8>,
        scales: [Float],
        blockLength: Int = blockLength,
        map: [Float] = map
    ) -> [Float] {
        codes.enumerated().map { map[Int($1)] * scales[$0 / blockLength] }
    }

    /// The same for numbers that are never negative: ascending from 0 to 1, with twice the pieces.
    static let positiveMap: [Float] = {
        var values: [Float] = [0, 1]
        for (bits, power) in [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1].enumerated() {
            let pieces = 2 << bits
            for piece in 0..<pieces {
                let middle = 0.1 + 0.9 * (Double(piece) + 0.5) / Double(pieces)
                values.append(Float(power * middle))
            }
        }
        return values.sorted()
    }()

    /// The nearest code to each of 65536 numbers from -1 to 1.
    private static let nearest = nearest(in: map, from: -1)

    /// The nearest of `map`, ascending, to each of 65536 numbers from `low` to 1.
    static func nearest(in map: [Float], from low: Double) -> [UInt8] {
        let borders = zip(map, map.dropFirst()).map { (Double($0) + Double($1)) / 2 }
        var code = 0
        return (0..<65536).map { i in
            let value = Double(i) * (1 - low) / 65535 + low
            while borders.indices.contains(code), borders[code] < value { code += 1 }
            return UInt8(code)
        }
    }
}
