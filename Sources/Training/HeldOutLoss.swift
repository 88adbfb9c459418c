public import Datasets
import ModelFiles
public import Transformer

/// The loss of a model, with or without an adapter, on examples that it is not trained on.
public struct HeldOutLoss {
    private let model: LanguageModel
    private let adapter: LoRA?
    private let configuration: TrainingConfiguration

    /// The maximum number of tokens of a batch, unless an example is longer.
    private static let batchTokens = 1024

    /// Creates a computation with these settings.
    public init(
        _ model: LanguageModel,
        _ adapter: LoRA?,
        _ configuration: TrainingConfiguration
    ) {
        self.model = model
        self.adapter = adapter
        self.configuration = configuration
    }

    /// The mean of -log p over all targets; nil if there are none.
    ///
    /// - Throws: `TrainingError` for an invalid example; `CancellationError`.
    public func mean(
        over examples: [Example],
        isCancelled: () -> Bool = { false }
    ) throws -> Double? {
        let checked = try TrainingExamples(
            examples,
            sequenceLength: model.configuration.contextLength,
            vocabularySize: model.configuration.vocabularySize
        )
        let targets = examples.reduce(0) { $0 + $1.targetCount }
        guard targets > 0, let longest = checked.lengths.max() else { return nil }
        let pass = TrainingPass(
            model,
            TrainingPass.Configuration(
                tokenCapacity: max(2, longest, Self.batchTokens),
                longestSequence: max(2, longest),
                shape: adapter?.shape ?? LoRA.Shape(rank: 1, alpha: 1),
                precision: configuration.precision
            )
        )
        var sum = 0.0
        for range in checked.batches(tokenCapacity: pass.configuration.tokenCapacity) {
            sum += try pass.loss(
                TokenBatch(checked.examples[range]),
                adapter: adapter,
                isCancelled: isCancelled
            )
        }
        return sum / Double(targets)
    }
}
