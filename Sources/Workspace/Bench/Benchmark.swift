import Glibc
import Machine
import ModelFiles
import Platform
import Tensors
public import Training
import Transformer

/// Measures the speed of this program on this machine, through the code of `generate` and `train`.
public enum Benchmark {
    private static let precision = Precision.fast
    private static let promptPiece = 512

    /// One measurement.
    public struct Result: Sendable, Equatable, Codable {
        /// The job: decode, prefill or train.
        public var job: String
        /// The median over the repetitions.
        public var tokensPerSecond: Double
        /// Tokens in one repetition.
        public var tokens: Int
        /// The peak memory of this process.
        public var peakRssBytes: Int64
        /// The model's name.
        public var model: String
        /// The type of most of its weights.
        public var quantization: String
        /// The number of compute threads.
        public var threads: Int
        /// The kernels in use.
        public var instructionSet: String
        /// The resource that limits the job, and this machine's measured peak of it.
        public var limit: String
        /// The share of that peak that was reached.
        public var limitFraction: Double
        /// The conversations that were decoded together, if there were several.
        public var batchSize: Int?
        /// The time of a step of them, by that of a step of one.
        public var relativeCost: Double?
    }

    /// Decodes tokens one by one after `context` and a first token, with logits for each.
    ///
    /// - Parameter batchSize: The number of conversations, each of which gets a token in a step;
    ///   several are compared with one.
    public static func decode(
        model path: String,
        tokens: Int,
        context: Int,
        batchSize: Int = 1,
        threads: Int?
    ) throws -> Result {
        let model = try load(path, threads: threads)
        let capacity = context + tokens + 1
        try check(capacity, model)
        let ids = exampleTokens(capacity, model)
        let pass = InferencePass(
            model,
            tokenCapacity: max(batchSize, min(promptPiece, context + 1)),
            contextLength: capacity,
            precision: precision,
            decodes: true
        )
        let caches = (0..<batchSize).map { _ in
            KeyValueCache(model.configuration, capacity: capacity, precision: precision)
        }
        for cache in caches {
            for start in stride(from: 0, through: context, by: promptPiece) {
                let piece = ids[start..<min(start + promptPiece, context + 1)]
                _ = try pass.logits(piece, cache: cache, adapter: nil)
            }
        }
        func decode(_ caches: [KeyValueCache]) throws -> Double {
            for cache in caches { cache.truncate(to: context + 1) }
            return try rate(tokens * caches.count) {
                for id in ids[(context + 1)...] {
                    _ = try pass.step(
                        caches.map {
                            StepPart(tokens: [id], cache: $0, adapter: nil, logits: .last)
                        }
                    )
                }
            }
        }
        // In turn, so that both have the same conditions.
        let rates = try (0..<3).map { _ in
            (all: try decode(caches), one: batchSize > 1 ? try decode([caches[0]]) : 0)
        }
        let all = rates.map(\.all)
        var result = result(
            "decode",
            all,
            tokens: tokens,
            model,
            caches: caches
        )
        if batchSize > 1 {
            result.batchSize = batchSize
            result.relativeCost = Double(batchSize) * median(rates.map(\.one)) / median(all)
        }
        return result
    }

    /// Processes a prompt in one piece, with logits for its last token.
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

    /// Trains a LoRA on full blocks with every token a target, including the optimizer.
    public static func train(
        model path: String,
        method: TrainingConfiguration.Method? = nil,
        batchSize: Int,
        sequenceLength: Int,
        rank: Int,
        steps: Int,
        threads: Int?
    ) throws -> Result {
        let model = try load(path, threads: threads, usesNormalFloat: method == .qlora)
        var configuration = TrainingConfiguration()
        configuration.batchSize = batchSize
        configuration.sequenceLength = sequenceLength
        configuration.rank = rank
        configuration.alpha = 2 * Double(rank)
        try WorkspaceError.translating { try configuration.validate(for: model) }
        let count = batchSize * sequenceLength
        let forecast = MemoryForecast(
            model: model,
            configuration: configuration,
            tokenCapacity: count,
            longestSequence: sequenceLength
        )
        try WorkspaceError.translating {
            try MemoryGate.machine.admit(
                forecast.total,
                for: "The measurement",
                hint: "Measure with a smaller batch or shorter sequences."
            )
        }
        let adapter = configuration.adapterShape.map {
            LoRA(model.configuration, shape: $0, seed: 0)
        }
        guard let trained = adapter.map(TrainedWeights.adapter) else {
            preconditionFailure("the measurement trains an adapter")
        }
        let optimizer = Optimizer(trained, configuration, pool: model.pool)
        let pass = TrainingPass(
            model,
            configuration.pass(tokenCapacity: count, longestSequence: sequenceLength)
        )
        let gradients = FloatBuffer(count: trained.buffer.count)
        let segments = (0..<batchSize).map { $0 * sequenceLength..<($0 + 1) * sequenceLength }
        let batch = TokenBatch(
            tokens: exampleTokens(count, model),
            segments: segments,
            isTarget: (0..<count).map { $0 % sequenceLength > 0 }
        )
        let rates = try (1...steps).map { step in
            try rate(count) {
                gradients.clear()
                _ = try pass.lossAndGradients(
                    batch,
                    adapter: adapter,
                    gradients: gradients,
                    targetCount: batch.targetCount
                )
                optimizer.apply(
                    gradients,
                    gradientNorm: optimizer.norm(of: gradients),
                    step: step - 1,
                    learningRate: 2e-4
                )
            }
        }
        return result("train", Array(rates.dropFirst(2)), tokens: count, model, rank: rank)
    }

    private static func load(
        _ path: String,
        threads: Int?,
        usesNormalFloat: Bool = false
    ) throws -> LanguageModel {
        try WorkspaceError.translating {
            let file = try ModelFile.open(path: path)
            return try LanguageModel(
                file,
                pool: threads.map { WorkerPool(threads: $0) } ?? .shared,
                usesNormalFloat: usesNormalFloat && !file.isQuantized
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

    /// The tokens used by the peers' scripts, within this model's vocabulary.
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

    /// The number of weights that each token is multiplied by, in all layers.
    private static func layerWeights(_ sizes: ModelConfiguration) -> Int {
        let products = Projection.allCases.map {
            $0.inputWidth(sizes) * $0.outputWidth(sizes)
        }
        return sizes.layerCount * products.reduce(0, +)
    }

    /// The limiting resource of a job, its peak in billions per second, and the billions that a
    /// token needs.
    private static func limit(
        _ job: String,
        _ model: LanguageModel,
        tokens: Int,
        rank: Int,
        caches: [KeyValueCache]
    ) -> (name: String, peak: Double, perToken: Double) {
        let peaks = Roofline.measure(model.pool)
        let sizes = model.configuration
        let weights = layerWeights(sizes)
        switch job {
        case "decode":
            // A step reads the weights and the average contents of the caches.
            let cached = caches.reduce(0) { $0 + $1.readByteCount(at: $1.count - tokens / 2) }
            let bytes = Double(model.file.byteCount + cached) / Double(max(1, caches.count)) / 1e9
            return ("memory read, GB/s", peaks.readGigabytesPerSecond, bytes)
        case "prefill":
            let (name, peak) = peakOfProducts(model.formats.forward, peaks)
            return (name, peak, 2 * Double(weights) / 1e9)
        default:
            // Forward, and the same for the gradients of the inputs; three products per adapter.
            let adapter = LoRA.Shape(rank: rank, alpha: 1).parameterCount(sizes)
            let frozen = weights + sizes.width * sizes.vocabularySize
            let operations = 4 * Double(frozen) + 6 * Double(adapter)
            let (name, peak) = peakOfProducts(model.formats.backward, peaks)
            return (name, peak, operations / 1e9)
        }
    }

    /// The peak of the unit that multiplies a format.
    private static func peakOfProducts(
        _ format: ProductFormats.Format,
        _ peaks: Roofline
    ) -> (name: String, peak: Double) {
        switch format {
        case .int8: ("int8, Gop/s", peaks.int8Gops)
        case .bfloat16: ("bfloat16, GFLOP/s", peaks.fastestBfloat16Gflops)
        case .float32: ("float32, GFLOP/s", peaks.float32Gflops)
        }
    }

    private static func median(_ rates: [Double]) -> Double { rates.sorted()[rates.count / 2] }

    private static func result(
        _ job: String,
        _ rates: [Double],
        tokens: Int,
        _ model: LanguageModel,
        rank: Int = 1,
        caches: [KeyValueCache] = []
    ) -> Result {
        let rate = median(rates)
        let peakRssBytes = SystemMemory.peakResidentBytes
        let limit = limit(job, model, tokens: tokens, rank: rank, caches: caches)
        return Result(
            job: job,
            tokensPerSecond: rate,
            tokens: tokens,
            peakRssBytes: peakRssBytes,
            model: model.configuration.name,
            quantization: model.file.quantization,
            threads: model.pool.threadCount,
            instructionSet: InstructionSet.name,
            limit: limit.name,
            limitFraction: rate * limit.perToken / limit.peak
        )
    }
}
