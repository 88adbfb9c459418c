import Tensors

/// Which examples every step of a run trains on: a pure function of the
/// examples' lengths, the configuration and the step.
///
/// An epoch is an order of the examples (shuffled by seed and epoch, or the
/// file's) cut into rows: packs of at most `sequenceLength` tokens, or single
/// conversations. A conversation is never cut. The rows of all epochs follow
/// each other, and each step takes the next `rowsPerStep` of them, across the
/// end of an epoch where need be; only a run counted in epochs ends with a
/// shorter step, so that it sees every example equally often.
public final class BatchPlan {
    /// What one optimizer step trains on.
    public struct Step: Sendable, Equatable {
        /// The numbers of the examples in each micro-batch.
        public let microbatches: [[Int]]
        /// The passes over the data that are complete after this step.
        public let epoch: Double
    }

    /// How many steps the run has.
    public let totalSteps: Int
    /// How many tokens a micro-batch has at most.
    public let tokenCapacity: Int

    private let lengths: [Int]
    private let configuration: TrainingConfiguration
    private let endRow: Int
    /// The number of rows before each epoch, as far as it was looked at.
    private var epochStarts = [0]
    private var cached: (epoch: Int, rows: [[Int]]) = (-1, [])

    /// Plans a run over examples of these lengths, in tokens, with a valid configuration.
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

    /// What the step with this number, counted from 0, trains on.
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

    /// The tokens of all steps together: exact for a run counted in epochs,
    /// else by the mean of the first epoch's rows.
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

    /// The rows of an epoch, in the order in which they are trained on: the numbers of the examples
    /// in each.
    public func rows(ofEpoch epoch: Int) -> [[Int]] {
        if cached.epoch != epoch {
            cached = (epoch, EpochRows.make(epoch: epoch, lengths, configuration))
        }
        return cached.rows
    }
}
