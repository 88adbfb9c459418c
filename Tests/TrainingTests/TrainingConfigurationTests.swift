import FoundationEssentials
import ModelFiles
import Platform
import Testing
import Training
import Transformer

@Suite struct TrainingConfigurationTests {
    private let model = ModelConfiguration(
        architecture: "llama",
        name: "test",
        vocabularySize: 100,
        width: 64,
        layerCount: 2,
        headCount: 4,
        keyValueHeadCount: 2,
        headWidth: 16,
        feedForwardWidth: 128,
        contextLength: 1024,
        ropeTheta: 10_000,
        rmsEpsilon: 1e-5,
        tiesEmbeddings: true
    )

    @Test func theDefaultsAreValid() throws {
        try TrainingConfiguration().validate(for: model, isQuantized: true)
        try TrainingConfiguration().validate(for: model, isQuantized: false)
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        let message: String
        let make: @Sendable (inout TrainingConfiguration) -> Void

        init(_ message: String, _ make: @escaping @Sendable (inout TrainingConfiguration) -> Void) {
            self.message = message
            self.make = make
        }

        var testDescription: String { message }
    }

    static let mistakes = [
        Mistake("rank must be between 1 and 32, not 0.", { $0.rank = 0 }),
        Mistake("rank must be between 1 and 32, not 33.", { $0.rank = 33 }),
        Mistake(
            "sequence length must be between 2 and 1024, not 1025.",
            { $0.sequenceLength = 1025 }
        ),
        Mistake("batch size must be between 1 and 65536, not 0.", { $0.batchSize = 0 }),
        Mistake("learning rate must be above 0, not nan.", { $0.learningRate = .nan }),
        Mistake("learning rate must be above 0, not 0.0.", { $0.learningRate = 0 }),
        Mistake("learning rate must be finite, not inf.", { $0.learningRate = .infinity }),
        Mistake("weight decay must be at least 0, not -1.0.", { $0.weightDecay = -1 }),
        Mistake("dropout must be at least 0 and below 1, not 1.0.", { $0.dropout = 1 }),
        Mistake("steps must be between 1 and 1000000000, not 0.", { $0.steps = 0 }),
        Mistake(
            "checkpoint interval must be above 0 s, not 0.0.",
            { $0.checkpointInterval = .seconds(0) }
        ),
        Mistake("targets is empty: no projection would be trained.", { $0.targets = [] }),
        Mistake(
            "steps 5 and epochs 2 exclude each other.",
            {
                $0.steps = 5
                $0.epochs = 2
            }
        ),
        Mistake("LoRA+ ratio must be above 0, not 0.0.", { $0.loraPlusRatio = 0 }),
        Mistake(
            "method full trains no adapter, so it takes no initial adapter and no dropout.",
            {
                $0.method = .full
                $0.dropout = 0.1
            }
        ),
    ]

    @Test(arguments: mistakes)
    func namesTheSettingThatIsWrong(mistake: Mistake) {
        var configuration = TrainingConfiguration()
        mistake.make(&configuration)
        let error = #expect(throws: TrainingError.self) {
            try configuration.validate(for: model, isQuantized: false)
        }
        #expect(error?.message == mistake.message)
        #expect(error?.code == .configuration)
    }

    @Test func theHintSaysWhichOptionTakesWhat() {
        var configuration = TrainingConfiguration()
        configuration.labelSmoothing = 2
        let error = #expect(throws: TrainingError.self) {
            try configuration.validate(for: model, isQuantized: false)
        }
        #expect(error?.hint == "--label-smoothing: give a number at least 0 and below 1")
    }

    @Test func theMethodFollowsTheFile() {
        #expect(TrainingConfiguration().resolvedMethod(isQuantized: true) == .qlora)
        #expect(TrainingConfiguration().resolvedMethod(isQuantized: false) == .lora)
    }

    @Test func survivesJSON() throws {
        var configuration = TrainingConfiguration()
        configuration.learningRate = 0.1 + 0.2
        configuration.targets = [.query, .down]
        configuration.checkpointInterval = .steps(7)
        let data = try JSONEncoder().encode(configuration)
        #expect(try JSONDecoder().decode(TrainingConfiguration.self, from: data) == configuration)
    }
}
