/// Adds float32 numbers in the order in which PyTorch does on one thread of a processor with AVX2.
///
/// bitsandbytes stores the mean of an NF4 weight's scales, so it must have the
/// same last bit. Eight lanes are added side by
/// side, four vectors at a time, in sums of four levels: every level takes
/// the sum of the one below after a power of two of steps. PyTorch with several threads
/// adds more than 32768 numbers in as many parts as there are threads.
enum CascadeSum {
    private typealias Vector = SIMD8<Float>
    private static let levels = 4
    private static let unrolled = 4

    /// The mean; NaN for no numbers.
    static func mean(_ numbers: [Float]) -> Float { sum(numbers) / Float(numbers.count) }

    static func sum(_ numbers: [Float]) -> Float {
        let vectorCount = numbers.count / Vector.scalarCount
        guard vectorCount > 0 else { return sum(numbers.count) { numbers[$0] } }
        let lanes = numbers.withUnsafeBytes { bytes in
            sum(vectorCount) {
                bytes.loadUnaligned(
                    fromByteOffset: $0 * MemoryLayout<Vector>.size,
                    as: Vector.self
                )
            }
        }
        let rest = numbers[(vectorCount * Vector.scalarCount)...].reduce(0, +)
        return lanes.indices.reduce(rest) { $0 + lanes[$1] }
    }

    /// The sum of `count` vectors, or of numbers where they do not fill one.
    private static func sum<Term: Summable>(_ count: Int, _ term: (Int) -> Term) -> Term {
        let steps = count / unrolled
        let power = max(4, ceilingLog2(steps) / levels)
        let mask = 1 << power - 1
        var sums = [[Term]](
            repeating: [Term](repeating: .zero, count: unrolled),
            count: levels
        )
        var step = 0
        func add() {
            for k in 0..<unrolled { sums[0][k] = sums[0][k] + term(step * unrolled + k) }
            step += 1
        }
        while step + 1 << power <= steps {
            for _ in 0..<1 << power { add() }
            for level in 1..<levels {
                for k in 0..<unrolled {
                    sums[level][k] = sums[level][k] + sums[level - 1][k]
                    sums[level - 1][k] = .zero
                }
                if step & (mask << (level * power)) != 0 { break }
            }
        }
        while step < steps { add() }
        for level in 1..<levels {
            for k in 0..<unrolled { sums[0][k] = sums[0][k] + sums[level][k] }
        }
        for i in steps * unrolled..<count { sums[0][0] = sums[0][0] + term(i) }
        return sums[0].dropFirst().reduce(sums[0][0], +)
    }

    private static func ceilingLog2(_ count: Int) -> Int {
        count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount
    }
}

/// What the cascade adds: numbers, or vectors of them.
private protocol Summable {
    static var zero: Self { get }
    static func + (left: Self, right: Self) -> Self
}

extension Float: Summable {}
extension SIMD8<Float>: Summable {}
