import ModelFiles
import Tensors
public import Transformer

/// An estimate of a run's memory, in bytes, from sizes alone.
public struct MemoryForecast: Sendable, Codable, Equatable {
    /// The model file, mapped: the system may take these pages back.
    ///
    /// Of a model that is held in NF4 its matrices, which stay.
    public let weights: Int
    /// The trained numbers, unless they are the model's own weights, their gradients, and what the
    /// optimizer remembers.
    public let training: Int
    /// Activations and their gradients of the largest micro-batch.
    public let activations: Int

    /// What the run may hold at its peak, the program itself aside.
    public var total: Int { weights + training + activations }

    /// The estimate for a run with micro-batches of at most `tokenCapacity` tokens, in sequences
    /// of at most `longestSequence`.
    public init(
        model: LanguageModel,
        configuration: TrainingConfiguration,
        tokenCapacity: Int,
        longestSequence: Int
    ) {
        let number = MemoryLayout<Float>.stride
        let state = Optimizer.stateBytes(of: configuration.optimizer)
        weights = model.weightByteCount
        if let shape = configuration.adapterShape {
            training = shape.parameterCount(model.configuration) * (2 * number + state)
        } else {
            training = model.configuration.parameterCount * (number + state)
        }
        activations = TrainingPass.byteCount(
            model.configuration,
            configuration.pass(tokenCapacity: tokenCapacity, longestSequence: longestSequence),
            threads: model.pool.threadCount
        )
    }
}
