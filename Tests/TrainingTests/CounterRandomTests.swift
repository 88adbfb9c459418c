import Tensors
import Testing

@Suite struct CounterRandomTests {
    /// The known answers published with Random123, the authors' implementation.
    @Test(arguments: [
        (
            SIMD4<UInt32>(repeating: 0), SIMD2<UInt32>(repeating: 0),
            SIMD4<UInt32>(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8)
        ),
        (
            SIMD4(repeating: UInt32.max), SIMD2(repeating: UInt32.max),
            SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD)
        ),
        (
            SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344),
            SIMD2(0xA409_3822, 0x299F_31D0),
            SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1)
        ),
    ])
    func computesPhilox(
        counter: SIMD4<UInt32>,
        key: SIMD2<UInt32>,
        expected: SIMD4<UInt32>
    ) {
        #expect(philox4x32(counter: counter, key: key) == expected)
    }

    @Test func aNumberDependsOnSeedPurposeStepAndIndex() {
        var seen: Set<UInt64> = []
        for seed in [0, 1, 1 << 40] as [UInt64] {
            for purpose in CounterRandom.Purpose.allCases {
                for step in [0, 1, 1 << 33] {
                    for index in [0, 1, 1 << 35] {
                        let random = CounterRandom(seed: seed, purpose: purpose)
                        seen.insert(random.bits(step: step, index: index))
                    }
                }
            }
        }
        #expect(seen.count == 3 * CounterRandom.Purpose.allCases.count * 9)
    }

    @Test func permutesEveryNumberOnceAndInAnotherOrderEachStep() {
        let random = CounterRandom(seed: 7, purpose: .shuffle)
        let first = random.permutation(count: 100, step: 0)
        #expect(first.sorted() == Array(0..<100))
        #expect(first == random.permutation(count: 100, step: 0))
        #expect(first != random.permutation(count: 100, step: 1))
        #expect(random.permutation(count: 0, step: 0) == [])
        #expect(random.permutation(count: 1, step: 0) == [0])
    }

    @Test func isUniform() {
        let random = CounterRandom(seed: 3, purpose: .sampling)
        var counts = [Int](repeating: 0, count: 10)
        for index in 0..<10_000 {
            let number = random.uniform(step: 5, index: index)
            #expect(number >= 0 && number < 1)
            counts[Int(number * 10)] += 1
        }
        // Five standard deviations of a binomial with p = 0.1.
        for count in counts { #expect(abs(count - 1000) < 150) }
    }
}
