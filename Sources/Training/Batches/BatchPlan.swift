import Tensors

/// The examples of every step of a run: a pure function of the examples' lengths, the configuration
/// and the step.
///
/// An epoch is an order of the examples (shuffled by seed and epoch, or that of the file) divided
/// into rows: packs of at most `sequenceLength` tokens, or single conversations. A conversation is
/// never cut. The rows of all epochs are concatenated, and each step takes the next `rowsPerStep`
/// of them, across the end of an epoch if necessary; only a run counted in epochs ends with a
/// shorter step, so that it sees every example equally often.
public final class BatchPlan {
    /// The examples of one optimizer step.
    public struct Step: Sendable, Equatable {
        /// The indices of the examples in each micro-batch.
        public let microbatches: [[Int]]
        /// The epochs that are complete after this step.
        public let epoch: Double
    }

    /// The number of steps of the run.
    public let totalSteps: Int
    /// The maximum number of tokens of a micro-batch.
    public let tokenCapacity: Int

    private let lengths: [Int]
    private let configuration: TrainingConfiguration
    private let endRow: Int
    /// The number of rows before each epoch, computed as needed.
    private var epochStarts = [0]
    private var cached: (epoch: Int, rows: [[Int]]) = (-1, [])

    /// Plans a run over examples with these lengths, in tokens, and a valid configuration.
    public init(lengths: [Int], configuration: TrainingConfiguration) {
        precondition(!lengths.isEmpty, "a plan needs at least one example")
        self.lengths = lengths
        self.configuration = configuration
        if let steps = configuration.steps {
            totalSteps = steps
            endRow = steps * configuration.rowsPerStep
        } else {
            for epoch in 0..<configuration.resolvedEpochs {
                let rows = EpochRows.make(epoch: epoch, lengths, configuration)
                epochStarts.append(epochStarts[epoch] + rows.count)
            }
            endRow = epochStarts[configuration.resolvedEpochs]
            totalSteps = (endRow + configuration.rowsPerStep - 1) / configuration.rowsPerStep
        }
        tokenCapacity =
            configuration.isPacked
            ? configuration.batchSize * configuration.sequenceLength
            : lengths.sorted(by: >).prefix(configuration.batchSize).reduce(0, +)
    }

    /// The step with this number, counted from 0.
    public func step(_ number: Int) -> Step {
        precondition(number >= 0 && number < totalSteps, "the plan has no step \(number)")
        let first = number * configuration.rowsPerStep
        let end = min(endRow, first + configuration.rowsPerStep)
        var microbatches: [[Int]] = []
        for start in stride(from: first, to: end, by: configuration.batchSize) {
            let rows = start..<min(end, start + configuration.batchSize)
            microbatches.append(rows.flatMap(examples(inRow:)))
        }
        let epoch = epoch(ofRow: end - 1)
        let done = Double(end - epochStarts[epoch]) / Double(rows(ofEpoch: epoch).count)
        return Step(microbatches: microbatches, epoch: Double(epoch) + done)
    }

    /// The tokens of all steps: exact for a run counted in epochs, otherwise from the mean of the
    /// first epoch's rows.
    public var expectedTokens: Int {
        let epochTokens = lengths.reduce(0, +)
        if configuration.steps == nil { return configuration.resolvedEpochs * epochTokens }
        let tokens = Double(endRow) / Double(rows(ofEpoch: 0).count) * Double(epochTokens)
        return Int(min(tokens, 0x1p62))
    }

    private func examples(inRow row: Int) -> [Int] {
        let epoch = epoch(ofRow: row)
        return rows(ofEpoch: epoch)[row - epochStarts[epoch]]
    }

    private func epoch(ofRow row: Int) -> Int {
        while let end = epochStarts.last, end <= row {
            let epoch = epochStarts.count - 1
            epochStarts.append(end + rows(ofEpoch: epoch).count)
        }
        var low = 0
        var high = epochStarts.count - 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if epochStarts[middle] <= row { low = middle } else { high = middle }
        }
        return low
    }

    /// The rows of an epoch, in training order, each with the indices of its examples.
    public func rows(ofEpoch epoch: Int) -> [[Int]] {
        if cached.epoch != epoch {
            cached = (epoch, EpochRows.make(epoch: epoch, lengths, configuration))
        }
        return cached.rows
    }
}
