import FoundationEssentials
import Presentation
import Testing

@Suite struct FiguresTests {
    @Test(
        arguments: [
            (1.8421, "1.84"), (0.03124, "0.0312"), (412.3, "412"), (1.7e-4, "1.7e-4"), (0, "0"),
            (9.996, "10.0"), (0.0009999, "0.00100"), (123_456, "123456"), (1_234_567, "1.2e6"),
            (.nan, "nan"), (-.infinity, "-inf"), (-2.5, "-2.50"), (99_950, "99950"),
            (.greatestFiniteMagnitude, "inf"), (-.greatestFiniteMagnitude, "-inf"),
            (.leastNonzeroMagnitude, "5.0e-324"), (1.7e308, "1.7e308"), (-9.96e-5, "-1.0e-4"),
            (1e-7, "1.0e-7"),
        ] as [(Double, String)]
    )
    func threeDigitsAreSignificant(value: Double, text: String) {
        #expect(Figures.significant(value) == text)
    }

    @Test(
        arguments: [
            (0.00238, 6, "0.0024"), (0.00238, 5, "2e-3"), (1.8421, 6, "1.842"),
            (0.000_238, 6, "2.4e-4"), (9.96e-4, 6, "0.0010"), (123_456, 5, "1.2e5"),
            (-0.00238, 6, "-2e-3"), (.nan, 6, "nan"), (12.844, 6, "12.84"),
        ] as [(Double, Int, String)]
    )
    func figureThatDoesNotFitIsWrittenShorter(value: Double, width: Int, text: String) {
        #expect(Figures.fitting(value, width: width, digits: 4) == text)
    }

    @Test(
        arguments: [
            (24, 60, 9, "24/60"), (269, 200_000, 9, "269/200k"), (4170, 20_000, 9, "4170/20k"),
            (4170, 20_000, 8, "4170/20k"), (24_170, 200_000, 9, "24k/200k"),
            (123_456, 200_000, 6, "61 %"), (1000, 1000, 5, "1k/1k"), (5, nil, 4, "5"),
        ] as [(Int, Int?, Int, String)]
    )
    func stepsThatDoNotFitAreShortened(done: Int, total: Int?, width: Int, text: String) {
        #expect(Figures.steps(done, of: total, width: width) == text)
    }

    @Test(
        arguments: [(38.24, "38.2"), (412.3, "412"), (1484, "1.48k"), (148_412, "148k")]
            as [(Double, String)]
    )
    func ratesHaveThreeDigits(rate: Double, text: String) {
        #expect(Figures.rate(rate) == text)
    }

    @Test(
        arguments: [
            (0.41, "0.4s"), (7, "7s"), (59.6, "1m00s"), (72, "1m12s"), (7500, "2h05m"),
            (273_600, "3d04h"), (-1, "-"), (.infinity, "-"),
        ] as [(Double, String)]
    )
    func durationsHaveTwoUnitsAtMost(seconds: Double, text: String) {
        #expect(Figures.duration(seconds) == text)
    }

    @Test(
        arguments: [
            (812, "812 B"), (91_726_624, "91.7 MB"), (999_600, "1.00 MB"), (581_000_000, "581 MB"),
            (1_240_000_000, "1.24 GB"),
        ] as [(Int64, String)]
    )
    func bytesAreDecimal(count: Int64, text: String) {
        #expect(Figures.bytes(count) == text)
    }

    @Test(arguments: [(984, "984"), (12_345, "12.3k"), (999_600, "1.00M")])
    func countsAreShortened(count: Int, text: String) {
        #expect(Figures.count(count) == text)
    }

    @Test(arguments: [(0, "0 tasks"), (1, "1 task"), (2, "2 tasks")])
    func countsHaveTheirNoun(count: Int, text: String) {
        #expect(Figures.counted(count, "task") == text)
    }

    @Test(
        arguments: [(0.4199, "41 %"), (0.9999, "99 %"), (1, "100 %"), (.nan, "-")]
            as [(Double, String)]
    )
    func shareIsNeverRoundedUp(share: Double, text: String) {
        #expect(Figures.percent(share) == text)
    }

    @Test(arguments: [(1.8421, "1.842"), (12.844, "12.84"), (.nan, "nan")] as [(Double, String)])
    func lossHasFourDigits(loss: Double, text: String) {
        #expect(Figures.loss(loss) == text)
    }

    @Test func ageIsCountedInTheLargestWholeUnit() {
        let now = Date(timeIntervalSince1970: 1_000_000)
        #expect(Figures.age(of: now.addingTimeInterval(-30), at: now) == "now")
        #expect(Figures.age(of: now.addingTimeInterval(-190), at: now) == "3m ago")
        #expect(Figures.age(of: now.addingTimeInterval(-90_000), at: now) == "1d ago")
        #expect(Figures.age(of: now.addingTimeInterval(30), at: now) == "now")
    }
}
