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
    /// The micro-batch itself, as token ids, and the numbers of the step's rows.
    public let batch: Int

    /// A copy of the trained numbers that is made to save them.
    public let saving: Int
    /// What answering prompts during the run takes; the caller knows.
    public var answering = 0
    /// What the program holds already, the data included; the caller knows.
    public var program = 0

    /// What the run takes at its peak, besides what the program holds already.
    public var total: Int { weights + training + activations + batch + saving + answering }
    /// What the program will hold at the run's peak.
    public var peak: Int { total + program }

    /// An id and whether it is a target, in the batch and in the piece that is computed.
    private static let bytesPerToken = 2 * (MemoryLayout<Int32>.stride + MemoryLayout<Bool>.stride)
    /// A row's examples, a handful, as numbers and with what refers to their tokens.
    private static let bytesPerRow = 512

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
            let count = shape.parameterCount(model.configuration)
            training = count * (2 * number + state)
            saving = count * number
        } else {
            training = model.configuration.parameterCount * (number + state)
            // Numbers are written as they lie; a model's file is made some millions at a time.
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
