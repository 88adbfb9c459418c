internal import Glibc

/// Random numbers that are a pure function of (seed, purpose, step, index).
///
/// There is no state to save: the four numbers give the same bits in any order
/// and on any number of threads, so a resumed run draws what an uninterrupted
/// one would have drawn.
///
/// The generator is Philox4x32-10 (Salmon et al., "Parallel random numbers: as
/// easy as 1, 2, 3", SC11), keyed by the seed.
public struct CounterRandom: Sendable, Equatable {
    /// What the numbers are for; two purposes never share a number.
    public enum Purpose: UInt8, Sendable, CaseIterable {
        case adapterInitialization = 1
        case dropout
        case shuffle
        case sampling
        // 5 was that of another purpose; a number keeps its meaning.
        case modelInitialization = 6
        case rowOrder
        case embeddingNoise
    }

    private let seed: UInt64
    private let purpose: Purpose

    /// The stream of one purpose under one seed.
    public init(seed: UInt64, purpose: Purpose) {
        self.seed = seed
        self.purpose = purpose
    }

    /// 64 random bits for (step, index); `step` must be in 0..<2^56 and `index` not negative.
    public func bits(step: Int, index: Int) -> UInt64 {
        precondition(
            step >= 0 && step < 1 << 56 && index >= 0,
            "a random number needs a step in 0..<2^56 and an index of at least 0"
        )
        let words = philox4x32(
            counter: SIMD4(
                UInt32(truncatingIfNeeded: index),
                UInt32(truncatingIfNeeded: index >> 32),
                UInt32(truncatingIfNeeded: step),
                UInt32(truncatingIfNeeded: step >> 32) | UInt32(purpose.rawValue) << 24
            ),
            key: SIMD2(
                UInt32(truncatingIfNeeded: seed),
                UInt32(truncatingIfNeeded: seed >> 32)
            )
        )
        return UInt64(words[0]) | UInt64(words[1]) << 32
    }

    /// A number in 0 ..< 1 with 53 random bits.
    public func uniform(step: Int, index: Int) -> Double {
        Double(bits(step: step, index: index) >> 11) * 0x1p-53
    }

    /// A number of the standard normal distribution (Box and Muller).
    public func normal(step: Int, index: Int) -> Double {
        let bits = bits(step: step, index: index)
        // Never 0, which has no logarithm.
        let radius = (Double(bits >> 32) + 0.5) * 0x1p-32
        let angle = Double(bits & 0xffff_ffff) * 0x1p-32
        return (-2 * log(radius)).squareRoot() * cos(2 * .pi * angle)
    }

    /// An integer in 0 ..< bound; the bias is below bound / 2^64.
    public func integer(below bound: Int, step: Int, index: Int) -> Int {
        precondition(bound > 0, "a random integer needs a positive bound")
        return Int(bits(step: step, index: index).multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// The numbers 0 ..< count in the random order of `step` (Fisher-Yates).
    public func permutation(count: Int, step: Int) -> [Int] {
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, integer(below: last + 1, step: step, index: last))
        }
        return order
    }
}

/// The ten-round Philox4x32 bijection of a 128-bit counter under a 64-bit key.
package func philox4x32(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var counter = counter
    var key = key
    for _ in 0..<10 {
        let first = counter[0].multipliedFullWidth(by: 0xD251_1F53)
        let second = counter[2].multipliedFullWidth(by: 0xCD9E_8D57)
        counter = SIMD4(
            second.high ^ counter[1] ^ key[0],
            second.low,
            first.high ^ counter[3] ^ key[1],
            first.low
        )
        key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
    }
    return counter
}
