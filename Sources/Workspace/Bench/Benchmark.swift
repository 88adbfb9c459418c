import Glibc
import ModelFiles
import Tensors
import Training
import Transformer

/// How fast this program does its work on this machine, over the very path of
/// `generate` and `train`.
public enum Benchmark {
    private static let precision = Precision.fast

    /// One measurement.
    public struct Result: Sendable, Equatable, Codable {
        /// What was measured: decode, prefill or train.
        public var job: String
        /// The median over the repetitions.
        public var tokensPerSecond: Double
        /// Tokens in one repetition.
        public var tokens: Int
        /// The most memory this process ever held.
        public var peakRssBytes: Int64
        /// The model's name.
        public var model: String
        /// The type of most of its weights.
        public var quantization: String
        /// How many threads computed.
        public var threads: Int
        /// The kernels in use.
        public var instructionSet: String
    }

    /// Answers one token after another, from position 1, with logits for each.
    public static func decode(model path: String, tokens: Int, threads: Int?) throws -> Result {
        let model = try load(path, threads: threads)
        try check(tokens + 1, model)
        let ids = exampleTokens(tokens + 1, model)
        let pass = InferencePass(
            model,
            tokenCapacity: 1,
            contextLength: tokens + 1,
            precision: precision
        )
        let rates = try (0..<3).map { _ in
            let cache = KeyValueCache(
                model.configuration,
                capacity: tokens + 1,
                precision: precision
            )
            _ = try pass.logits(ids[0..<1], cache: cache, adapter: nil)
            return try rate(tokens) {
                for t in 1...tokens {
                    _ = try pass.logits(ids[t..<t + 1], cache: cache, adapter: nil)
                }
            }
        }
        return result("decode", rates, tokens: tokens, model)
    }

    /// Reads a prompt in one piece, with logits for its last token.
    public static func prefill(model path: String, tokens: Int, threads: Int?) throws -> Result {
        let model = try load(path, threads: threads)
        try check(tokens, model)
        let ids = exampleTokens(tokens, model)
        let pass = InferencePass(
            model,
            tokenCapacity: tokens,
            contextLength: tokens,
            precision: precision
        )
        let rates = try (0..<4).map { _ in
            let cache = KeyValueCache(model.configuration, capacity: tokens, precision: precision)
            return try rate(tokens) { _ = try pass.logits(ids, cache: cache, adapter: nil) }
        }
        return result("prefill", Array(rates.dropFirst()), tokens: tokens, model)
    }

    /// Trains a LoRA on full blocks, every token a target, the optimizer included.
    public static func train(
        model path: String,
        batchSize: Int,
        sequenceLength: Int,
        rank: Int,
        steps: Int,
        threads: Int?
    ) throws -> Result {
        let model = try load(path, threads: threads)
        var configuration = TrainingConfiguration()
        configuration.batchSize = batchSize
        configuration.sequenceLength = sequenceLength
        configuration.rank = rank
        configuration.alpha = 2 * Double(rank)
        try WorkspaceError.wording { try configuration.validate(for: model) }
        let count = batchSize * sequenceLength
        let forecast = MemoryForecast(
            model: model,
            configuration: configuration,
            tokenCapacity: count,
            longestSequence: sequenceLength
        )
        try MemoryGate.machine.admit(
            forecast.total,
            for: "The measurement",
            hint: "Measure with a smaller batch or shorter sequences."
        )
        let shape = configuration.adapterShape
        let adapter = LoRA(model.configuration, shape: shape, seed: 0)
        let pass = TrainingPass(
            model,
            configuration.pass(tokenCapacity: count, longestSequence: sequenceLength)
        )
        let gradients = FloatBuffer(count: adapter.parameters.count)
        let first = FloatBuffer(count: gradients.count)
        let second = FloatBuffer(count: gradients.count)
        let segments = (0..<batchSize).map { $0 * sequenceLength..<($0 + 1) * sequenceLength }
        let batch = TokenBatch(
            tokens: exampleTokens(count, model),
            segments: segments,
            isTarget: (0..<count).map { $0 % sequenceLength > 0 }
        )
        let rates = try (1...max(3, steps)).map { step in
            try rate(count) {
                gradients.clear()
                _ = try pass.lossAndGradients(
                    batch,
                    adapter: adapter,
                    gradients: gradients,
                    targetCount: batch.targetCount
                )
                AdamW().step(
                    adapter.parameters,
                    gradients: gradients,
                    firstMoment: first,
                    secondMoment: second,
                    step: step,
                    learningRate: 2e-4
                )
            }
        }
        return result("train", Array(rates.dropFirst(2)), tokens: count, model)
    }

    private static func load(_ path: String, threads: Int?) throws -> LanguageModel {
        try WorkspaceError.wording {
            try LanguageModel(
                ModelFile.open(path: path),
                pool: threads.map { WorkerPool(threads: $0) } ?? .shared
            )
        }
    }

    private static func check(_ tokens: Int, _ model: LanguageModel) throws {
        let limit = model.configuration.contextLength
        guard tokens <= limit else {
            throw WorkspaceError(
                .invalid,
                "\(tokens) tokens exceed the model's context of \(limit).",
                hint: "Measure with fewer tokens."
            )
        }
    }

    /// The tokens that the peers' scripts use, within this model's vocabulary.
    private static func exampleTokens(_ count: Int, _ model: LanguageModel) -> [Int32] {
        let V = model.configuration.vocabularySize
        return (0..<count).map { Int32(($0 * 7919 % 40000 + 100) % V) }
    }

    private static func rate(_ tokens: Int, _ work: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        let duration = try clock.measure(work)
        let (seconds, attoseconds) = duration.components
        return Double(tokens) / (Double(seconds) + Double(attoseconds) * 1e-18)
    }

    private static func result(
        _ job: String,
        _ rates: [Double],
        tokens: Int,
        _ model: LanguageModel
    ) -> Result {
        Result(
            job: job,
            tokensPerSecond: rates.sorted()[rates.count / 2],
            tokens: tokens,
            peakRssBytes: SystemMemory.peakResidentBytes,
            model: model.configuration.name,
            quantization: model.file.quantization,
            threads: model.pool.threadCount,
            instructionSet: InstructionSet.name
        )
    }
}
