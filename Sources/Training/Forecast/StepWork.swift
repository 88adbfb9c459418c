import Datasets
import ModelFiles
import Transformer

/// The operations of a run's steps, by which a time measured in one configuration is scaled to
/// another.
///
/// Only ratios count: what all configurations have in common, such as the speed of a kernel, is in
/// the measurement.
public struct StepWork: Sendable, Codable, Equatable {
    /// Operations per token, forward and backward.
    public let training: Double
    /// Operations per token, forward only.
    public let evaluation: Double
    /// The numbers that the optimizer updates in a step, by the memory of each.
    public let optimizer: Double

    /// Work of given amounts.
    public init(training: Double, evaluation: Double, optimizer: Double) {
        self.training = training
        self.evaluation = evaluation
        self.optimizer = optimizer
    }

    init(_ model: LanguageModel, _ configuration: TrainingConfiguration, _ examples: [Example]) {
        let sizes = model.configuration
        let lengths = examples.map { Double($0.ids.count) }
        let tokens = max(1, lengths.reduce(0, +))
        let squares = lengths.reduce(0) { $0 + $1 * $1 }
        let targets = Double(examples.reduce(0) { $0 + $1.targetCount })
        let table = sizes.vocabularySize * sizes.width
        let matrices = 2 * Double(max(0, sizes.parameterCount - table))
        let logits = 2 * Double(table) * targets / tokens
        let width = Double(sizes.headCount * sizes.headWidth)
        // A token attends to half its sequence on the average: products with keys and values.
        let attention = 2 * Double(sizes.layerCount) * width * squares / tokens
        let trained: Double
        let adapter: Double
        if let shape = configuration.adapterShape {
            trained = Double(shape.parameterCount(sizes))
            adapter = 2 * trained
        } else {
            trained = Double(sizes.parameterCount)
            adapter = 0
        }
        let layers = matrices + attention + adapter
        // Backward: the inputs' gradients, those of the trained matrices, and attention again.
        let backward = matrices + logits + 2.5 * attention + 2 * adapter
        let weights = configuration.adapterShape == nil ? matrices + logits : 0
        let again = configuration.usesGradientCheckpointing ? layers : 0
        evaluation = layers + logits
        training = evaluation + backward + weights + again
        let state = Optimizer.stateBytes(of: configuration.optimizer)
        optimizer = trained * Double(state + 3 * MemoryLayout<Float>.stride)
    }
}

extension TrainingForecast.Rate {
    /// The rate of other work on the same machine.
    public func scaled(from old: StepWork, to new: StepWork) -> Self {
        func scaled(_ seconds: Double, _ part: KeyPath<StepWork, Double>) -> Double {
            old[keyPath: part] > 0 ? seconds * new[keyPath: part] / old[keyPath: part] : seconds
        }
        return Self(
            trainingSecondsPerToken: scaled(trainingSecondsPerToken, \.training),
            evaluationSecondsPerToken: scaled(evaluationSecondsPerToken, \.evaluation),
            optimizerSecondsPerStep: scaled(optimizerSecondsPerStep, \.optimizer),
            tokens: tokens
        )
    }
}
