internal import ModelFiles
public import Platform
public import Transformer

/// Answers several prompts with one model at once, a token of each in every step.
///
/// Each answer is the one that `Generator` gives to its prompt alone. A weight is read once for all of
/// them. It belongs to one thread at a time.
public final class BatchGenerator {
    /// The answers to some prompts.
    public struct Answers: Sendable {
        /// In the order of the prompts; a failure where the model's numbers overflowed.
        public let all: [Result<Generation, InferenceError>]
        /// Seconds for reading the prompts.
        public let prefillSeconds: Double
        /// Seconds for the steps after that.
        public let decodeSeconds: Double
        /// The number of those steps.
        public let steps: Int
    }

    /// The maximum number of prompts that are answered at once.
    public let batchSize: Int

    private let model: LanguageModel
    private let adapter: LoRA?
    private let contextLength: Int
    private let caches: [KeyValueCache]
    private let pass: InferencePass
    private let clock: () -> Double

    /// Sets up the contexts.
    ///
    /// - Parameters:
    ///   - model: The model that answers.
    ///   - adapter: The adapter in use; nil for the base.
    ///   - batchSize: The maximum number of prompts that are answered at once.
    ///   - contextLength: The maximum number of tokens of a prompt and its answer together.
    ///   - precision: How to compute.
    ///   - holdsCopies: As for `Generator`.
    ///   - clock: Seconds that only grow.
    public init(
        model: LanguageModel,
        adapter: LoRA?,
        batchSize: Int,
        contextLength: Int,
        precision: Precision,
        holdsCopies: Bool,
        clock: @escaping () -> Double = monotonicSeconds
    ) {
        self.model = model
        self.adapter = adapter
        self.batchSize = batchSize
        self.contextLength = contextLength
        self.clock = clock
        caches = (0..<batchSize).map { _ in
            KeyValueCache(model.configuration, capacity: contextLength, precision: precision)
        }
        pass = InferencePass(
            model,
            tokenCapacity: Self.tokenCapacity(contextLength, batchSize),
            contextLength: contextLength,
            rank: adapter?.shape.rank ?? 1,
            precision: precision,
            decodes: holdsCopies
        )
    }

    /// The bytes of one that holds no copies of the weights.
    public static func byteCount(
        _ model: LanguageModel,
        batchSize: Int,
        contextLength: Int,
        rank: Int,
        precision: Precision
    ) -> Int {
        batchSize
            * KeyValueCache.byteCount(
                model.configuration,
                capacity: contextLength,
                precision: precision
            )
            + InferencePass.byteCount(
                model,
                tokenCapacity: tokenCapacity(contextLength, batchSize),
                contextLength: contextLength,
                rank: rank,
                precision: precision
            ) + batchSize * model.configuration.vocabularySize * MemoryLayout<Float>.stride
    }

    private static func tokenCapacity(_ contextLength: Int, _ batchSize: Int) -> Int {
        max(batchSize, min(contextLength, Generator.prefillChunk))
    }

    /// Answers prompts that begin anew.
    ///
    /// - Parameters:
    ///   - prompts: At most `batchSize`, each of at least one token and with room for one more.
    ///   - configuration: How each answer is drawn.
    ///   - isCancelled: Asked before every layer.
    /// - Throws: `CancellationError`; `InferenceError` for a prompt or a setting that cannot be used;
    ///   `ModelFileError` if the model's file has changed.
    public func generate(
        prompts: [[Int32]],
        configuration: GenerationConfiguration,
        isCancelled: () -> Bool = { false }
    ) throws -> Answers {
        precondition(prompts.count <= batchSize, "\(prompts.count) prompts, room for \(batchSize)")
        var drafts = try prompts.map {
            try Draft($0, configuration, model, contextLength: contextLength)
        }
        var failures: [Int: InferenceError] = [:]
        func draw(_ index: Int, from logits: UnsafeBufferPointer<Float>) throws {
            do {
                _ = try drafts[index].append(from: logits)
            } catch let error as InferenceError where error.code == .brokenLogits {
                failures[index] = error
            }
        }
        let start = clock()
        for index in drafts.indices {
            let logits = try read(drafts[index].context, caches[index], isCancelled)
            try draw(index, from: logits)
        }
        let firstStep = clock()
        var steps = 0
        while true {
            let open = drafts.indices.filter { failures[$0] == nil && !drafts[$0].isFinished }
            if open.isEmpty { break }
            let logits = try pass.step(
                open.map { index in
                    let last = drafts[index].context.suffix(1)
                    return part(last, caches[index])
                },
                isCancelled: isCancelled
            )
            let V = model.configuration.vocabularySize
            for (place, index) in open.enumerated() {
                let row = logits.rows[place].lowerBound * V
                try draw(index, from: UnsafeBufferPointer(rebasing: logits.values[row..<row + V]))
            }
            steps += 1
        }
        let end = clock()
        try model.file.checkUnchanged()
        return Answers(
            all: drafts.indices.map { index in
                if let error = failures[index] { return .failure(error) }
                return .success(
                    drafts[index].finish(
                        prefillSeconds: firstStep - start,
                        decodeSeconds: end - firstStep
                    )
                )
            },
            prefillSeconds: firstStep - start,
            decodeSeconds: end - firstStep,
            steps: steps
        )
    }

    private func part(_ tokens: ArraySlice<Int32>, _ cache: KeyValueCache) -> StepPart {
        StepPart(tokens: Array(tokens), cache: cache, adapter: adapter, logits: .last)
    }

    /// Reads a prompt into an empty cache, in the pieces in which `Generator` reads it; the logits
    /// after it.
    private func read(
        _ tokens: [Int32],
        _ cache: KeyValueCache,
        _ isCancelled: () -> Bool
    ) throws -> UnsafeBufferPointer<Float> {
        cache.truncate(to: 0)
        var rest = tokens[...]
        while true {
            let piece = rest.prefix(min(contextLength, Generator.prefillChunk))
            let logits = try pass.step([part(piece, cache)], isCancelled: isCancelled)
            rest = rest.dropFirst(piece.count)
            if rest.isEmpty { return logits.values }
        }
    }
}
