import Glibc
import Inference
import Platform
import Testing

@Suite struct SamplerTests {
    private func sample(
        _ logits: [Float],
        context: [Int32] = [],
        step: Int = 0,
        _ change: (inout GenerationConfiguration) -> Void
    ) throws -> Int32 {
        var sampler = try sampler(logits.count, change)
        return try logits.withUnsafeBufferPointer {
            try sampler.sample($0, context: context, step: step)
        }
    }

    private func sampler(
        _ vocabulary: Int,
        _ change: (inout GenerationConfiguration) -> Void
    ) throws -> Sampler {
        var configuration = GenerationConfiguration()
        configuration.temperature = 1
        configuration.topK = 0
        configuration.topP = 1
        configuration.minP = 0
        change(&configuration)
        return try Sampler(configuration, vocabularySize: vocabulary)
    }

    /// How often each token is drawn in 4000 steps.
    private func frequencies(
        _ logits: [Float],
        context: [Int32] = [],
        _ change: (inout GenerationConfiguration) -> Void
    ) throws -> [Double] {
        var sampler = try sampler(logits.count, change)
        var counts = [Double](repeating: 0, count: logits.count)
        try logits.withUnsafeBufferPointer { logits in
            for step in 0..<4000 {
                counts[Int(try sampler.sample(logits, context: context, step: step))] += 1
            }
        }
        return counts.map { $0 / 4000 }
    }

    private func expect(_ frequencies: [Double], near expected: [Double]) {
        for (frequency, probability) in zip(frequencies, expected) {
            // Five standard deviations of a binomial over 4000 draws; what is excluded never comes.
            let tolerance = 5 * (probability * (1 - probability) / 4000).squareRoot()
            #expect(abs(frequency - probability) <= tolerance)
        }
    }

    /// Logits of the probabilities 0.5, 0.25, 0.15, 0.1, in another order.
    private let logits: [Float] = [logf(0.15), logf(0.5), logf(0.1), logf(0.25)]

    @Test func drawsByTheProbabilities() throws {
        expect(try frequencies(logits) { _ in }, near: [0.15, 0.5, 0.1, 0.25])
    }

    @Test func temperatureSharpens() throws {
        // p^2 / sum of p^2 at temperature 1/2.
        let sum = 0.0225 + 0.25 + 0.01 + 0.0625
        expect(
            try frequencies(logits) { $0.temperature = 0.5 },
            near: [0.0225 / sum, 0.25 / sum, 0.01 / sum, 0.0625 / sum]
        )
    }

    @Test func topKKeepsTheLikeliest() throws {
        expect(try frequencies(logits) { $0.topK = 2 }, near: [0, 2.0 / 3, 0, 1.0 / 3])
    }

    @Test func topPKeepsTheFewestThatReachTheMass() throws {
        expect(try frequencies(logits) { $0.topP = 0.7 }, near: [0, 2.0 / 3, 0, 1.0 / 3])
        expect(try frequencies(logits) { $0.topP = 0.4 }, near: [0, 1, 0, 0])
        expect(try frequencies(logits) { $0.topP = 0.8 }, near: [1.0 / 6, 5.0 / 9, 0, 5.0 / 18])
    }

    @Test func topPCountsWhatTopKLeft() throws {
        // Of 0.5, 0.25, 0.15 renormalized, the first two reach 0.83; of all four only 0.75.
        expect(
            try frequencies(logits) {
                $0.topK = 3
                $0.topP = 0.8
            },
            near: [0, 2.0 / 3, 0, 1.0 / 3]
        )
    }

    @Test func minPIsAPartOfTheLargest() throws {
        expect(try frequencies(logits) { $0.minP = 0.4 }, near: [0, 2.0 / 3, 0, 1.0 / 3])
        expect(try frequencies(logits) { $0.minP = 1 }, near: [0, 1, 0, 0])
    }

    @Test func greedyTakesTheLowestIdOfEquals() throws {
        #expect(try sample([1, 3, 3, 2]) { $0.temperature = 0 } == 1)
    }

    @Test func topKTakesTheLowerIdsOfEquals() throws {
        expect(try frequencies([1, 1, 1, 1]) { $0.topK = 2 }, near: [0.5, 0.5, 0, 0])
    }

    @Test func thePenaltyDividesPositiveAndMultipliesNegativeLogits() throws {
        let greedy: (inout GenerationConfiguration) -> Void = {
            $0.temperature = 0
            $0.repetitionPenalty = 2
        }
        // 4 becomes 2, below 3; repeated tokens count once.
        #expect(try sample([4, 3, 0], context: [0, 0, 0], greedy) == 1)
        // -1 becomes -2, below -1.5.
        #expect(try sample([-1, -1.5], context: [0], greedy) == 1)
        #expect(try sample([4, 1.5, 0], context: [0], greedy) == 0)
    }

    @Test func thePenaltyLooksBackAsFarAsItsWindow() throws {
        let window: (inout GenerationConfiguration) -> Void = {
            $0.temperature = 0
            $0.repetitionPenalty = 2
            $0.repetitionWindow = 1
        }
        #expect(try sample([4, 3, 0], context: [0, 2], window) == 0)
        #expect(try sample([4, 3, 0], context: [2, 0], window) == 1)
    }

    @Test func aDrawDependsOnTheSeedAndTheStepAlone() throws {
        let logits = [Float](repeating: 0, count: 1000)
        func draw(seed: UInt64, step: Int) throws -> Int32 {
            try sample(logits, step: step) { $0.seed = seed }
        }
        #expect(try draw(seed: 1, step: 4) == draw(seed: 1, step: 4))
        #expect(try draw(seed: 1, step: 4) != draw(seed: 2, step: 4))
        #expect(try draw(seed: 1, step: 4) != draw(seed: 1, step: 5))
    }

    @Test(arguments: [Float.nan, .infinity])
    func aBrokenLogitIsAnError(value: Float) {
        for temperature in [0.0, 1] {
            let error = #expect(throws: InferenceError.self) {
                try sample([0, value, 1]) { $0.temperature = temperature }
            }
            #expect(error?.code == .brokenLogits)
            #expect(error?.message.contains("for token 1") == true)
        }
    }

    @Test func excludedTokensAreNeverDrawn() throws {
        expect(try frequencies([-.infinity, 0, -.infinity]) { _ in }, near: [0, 1, 0])
        #expect(throws: InferenceError.self) { try sample([-.infinity, -.infinity]) { _ in } }
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        let message: String
        let make: @Sendable (inout GenerationConfiguration) -> Void

        init(_ message: String, _ make: @escaping @Sendable (inout GenerationConfiguration) -> Void)
        {
            self.message = message
            self.make = make
        }

        var testDescription: String { message }
    }

    static let mistakes = [
        Mistake("temperature must be at least 0, not -1.0.", { $0.temperature = -1 }),
        Mistake("top-k must be at least 0, not -1.", { $0.topK = -1 }),
        Mistake("top-p must be above 0 and at most 1, not 0.0.", { $0.topP = 0 }),
        Mistake("min-p must be between 0 and 1, not 2.0.", { $0.minP = 2 }),
        Mistake("repetition penalty must be above 0, not nan.", { $0.repetitionPenalty = .nan }),
        Mistake("max tokens must be at least 1, not 0.", { $0.maxTokens = 0 }),
    ]

    @Test(arguments: mistakes)
    func namesTheSettingThatIsWrong(mistake: Mistake) {
        var configuration = GenerationConfiguration()
        mistake.make(&configuration)
        let error = #expect(throws: InferenceError.self) { try configuration.validate() }
        #expect(error?.message == mistake.message)
    }
}
