import ModelFiles
import Testing

/// The factors of scaled frequencies, which are all that GGUF contains, determine the settings.
@Suite struct RopeFactorTests {
    struct Case: Sendable {
        let theta: Double
        let headWidth: Int
        let scaling: RopeSettings.Scaling
    }

    static let published = [
        // Llama 3.1 and 3.2, and the small one of the tests.
        Case(
            theta: 500_000,
            headWidth: 128,
            scaling: .llama3(factor: 8, low: 1, high: 4, originalContext: 8192)
        ),
        Case(
            theta: 500_000,
            headWidth: 64,
            scaling: .llama3(factor: 32, low: 1, high: 4, originalContext: 8192)
        ),
        Case(
            theta: 10_000,
            headWidth: 16,
            scaling: .llama3(factor: 8, low: 1, high: 4, originalContext: 64)
        ),
        Case(
            theta: 1_000_000,
            headWidth: 256,
            scaling: .llama3(factor: 2.5, low: 1, high: 32, originalContext: 4096)
        ),
        Case(theta: 10_000, headWidth: 64, scaling: .linear(4)),
        Case(theta: 10_000, headWidth: 64, scaling: .none),
    ]

    @Test(arguments: published)
    func settingsAreRecovered(model: Case) throws {
        let settings = RopeSettings(theta: model.theta, scaling: model.scaling)
        let factors = settings.frequencyFactors(headWidth: model.headWidth)
        let found = try #require(RopeSettings(theta: model.theta, factors: factors))
        #expect(found.scaling == model.scaling)
    }

    /// Other parameters with the same ratios give the same factors.
    @Test func theLowestFactorIsAssumedToBeOne() throws {
        let scaling = RopeSettings.Scaling.llama3(factor: 8, low: 2, high: 8, originalContext: 8192)
        let factors = RopeSettings(theta: 500_000, scaling: scaling).frequencyFactors(
            headWidth: 128
        )
        let found = try #require(RopeSettings(theta: 500_000, factors: factors))
        #expect(found.scaling == .llama3(factor: 8, low: 1, high: 4, originalContext: 4096))
    }

    @Test func fewFactorsBetweenAreEnough() throws {
        // One in between, and none.
        for (context, between) in [(2000.0, 1), (600.0, 0)] {
            let scaling = RopeSettings.Scaling.llama3(
                factor: 4,
                low: 1,
                high: 4,
                originalContext: context
            )
            let factors = try #require(
                RopeSettings(theta: 1e8, scaling: scaling).frequencyFactors(headWidth: 8)
            )
            let found = try #require(RopeSettings(theta: 1e8, factors: factors))
            #expect(factors.count { $0 > 1 && $0 < 4 } == between)
            #expect(found.frequencyFactors(headWidth: 8)?.count == 4)
        }
    }

    @Test(
        arguments: [
            [1, 3, 1, 3], [2, 3, 5, 9], [8, 4, 2, 1], [0.5, 1, 1, 1], [1, 1, 1.5, 1.6],
            [.infinity, 1, 1, 1],
        ] as [[Float]]
    )
    func otherFactorsAreRefused(factors: [Float]) {
        #expect(RopeSettings(theta: 10_000, factors: factors) == nil)
    }
}
