import ModelFiles
import Tensors
public import Transformer

/// An estimate of a run's memory, in bytes, from sizes.
public struct MemoryForecast: Sendable, Codable, Equatable {
    /// The mapped model file, whose pages the system can reclaim.
    ///
    /// For a model in NF4 its matrices, which it cannot.
    public let weights: Int
    /// The trained parameters, unless they are the model's own weights, their gradients, and the
    /// optimizer's state.
    public let training: Int
    /// Activations and their gradients of the largest micro-batch.
    public let activations: Int
    /// The micro-batch itself, as token ids, and the indices of the step's rows.
    public let batch: Int

    /// A copy of the trained parameters for saving.
    public let saving: Int
    /// The memory for answering prompts during the run; set by the caller.
    public var answering = 0
    /// The memory that the program uses already, including the data; set by the caller.
    public var program = 0

    /// The peak memory of the run, besides what the program uses already.
    public var total: Int { weights + training + activations + batch + saving + answering }
    /// The memory of the program at the run's peak.
    public var peak: Int { total + program }

    /// An id and whether it is a target, in the batch and in the computed part.
    private static let bytesPerToken = 2 * (MemoryLayout<Int32>.stride + MemoryLayout<Bool>.stride)
    /// A row's examples, a few, as indices and with references to their tokens.
    private static let bytesPerRow = 512

    /// The estimate for a run with micro-batches of at most `tokenCapacity` tokens, in sequences of
    /// at most `longestSequence`.
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
            let count = shape.parameterCount(model.configuration)
            training = count * (2 * number + state)
            saving = count * number
        } else {
            training = model.configuration.parameterCount * (number + state)
            // Parameters are written from memory; a model file is converted some millions at a
            // time.
            saving = 0
        }
        batch =
            tokenCapacity * Self.bytesPerToken + configuration.rowsPerStep * Self.bytesPerRow
        activations = TrainingPass.byteCount(
            model.configuration,
            configuration.pass(tokenCapacity: tokenCapacity, longestSequence: longestSequence),
            threads: model.pool.threadCount
        )
    }
}
