import Glibc
import ModelFiles
import Platform
public import Transformer

/// The likelihood of a text under a model.
public struct Score: Sendable, Equatable {
    /// log p of each token after the first, given those before it.
    public let logProbabilities: [Float]

    /// exp of the mean of -log p.
    public var perplexity: Double {
        exp(-logProbabilities.reduce(0) { $0 + Double($1) } / Double(logProbabilities.count))
    }
}

/// Scores texts with one model.
public struct Scorer {
    private let model: LanguageModel
    private let adapter: LoRA?
    private let precision: Precision

    /// A scorer with the base, or with an adapter on it.
    public init(model: LanguageModel, adapter: LoRA? = nil, precision: Precision = .fast) {
        self.model = model
        self.adapter = adapter
        self.precision = precision
    }

    /// Scores at least two tokens.
    ///
    /// - Throws: `InferenceError` for too few or too many tokens or an unknown one;
    ///   `ModelFileError` where the model's file changed meanwhile; `CancellationError`.
    public func score(_ tokens: [Int32], isCancelled: () -> Bool = { false }) throws -> Score {
        guard tokens.count >= 2 else {
            throw InferenceError(
                .prompt,
                "A score needs at least 2 tokens, not \(tokens.count).",
                hint: "give a longer text"
            )
        }
        let limit = model.configuration.contextLength
        guard tokens.count <= limit else {
            throw InferenceError(
                .contextTooLong,
                "The context is too long: \(tokens.count) tokens, the limit is \(limit).",
                hint: "score a shorter text"
            )
        }
        let pass = InferencePass(
            model,
            tokenCapacity: min(tokens.count, Generator.prefillChunk),
            contextLength: tokens.count,
            rank: adapter?.shape.rank ?? 1,
            precision: precision
        )
        let logProbabilities = try pass.logProbabilities(
            tokens,
            adapter: adapter,
            isCancelled: isCancelled
        )
        try model.file.checkUnchanged()
        return Score(logProbabilities: logProbabilities)
    }
}
