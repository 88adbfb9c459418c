package import Tensors
package import Transformer

/// Updates the trained weights by their gradients: clipping by the global norm, then a rule.
///
/// The weights are divided into pieces independently of the number of threads, so results do not
/// depend on it.
package final class Optimizer {
    let rule: any OptimizerRule
    private let weights: TrainedWeights
    private let pieces: [OptimizerPiece]
    private let pool: WorkerPool
    private let maxGradientNorm: Double
    private let sums: UnsafeMutablePointer<Double>  // a piece: its gradients' sum of squares

    /// The maximum size of a piece: enough work for a thread, and small enough for its cache.
    private static let pieceLength = 1 << 16

    package init(
        _ weights: TrainedWeights,
        _ configuration: TrainingConfiguration,
        pool: WorkerPool
    ) {
        self.weights = weights
        self.pool = pool
        maxGradientNorm = configuration.maxGradientNorm
        pieces = Self.pieces(weights.parts, configuration)
        sums = .allocate(capacity: pieces.count)
        sums.initialize(repeating: 0, count: pieces.count)
        let count = weights.buffer.count
        rule =
            switch configuration.optimizer {
            case .adamw: AdamW(parameterCount: count)
            case .adamw8bit:
                AdamW8Bit(
                    parameterCount: count,
                    blockCount: pieces.reduce(0) { $0 + $1.blockCount }
                )
            case .sgd: SGD(parameterCount: count)
            case .lion: Lion(parameterCount: count)
            }
    }

    deinit { sums.deallocate() }

    /// The bytes of state per parameter of a rule.
    static func stateBytes(of kind: OptimizerKind) -> Int {
        switch kind {
        case .adamw: AdamW.bytesPerParameter
        case .adamw8bit: AdamW8Bit.bytesPerParameter
        case .sgd: SGD.bytesPerParameter
        case .lion: Lion.bytesPerParameter
        }
    }

    /// Consecutive tensors with equal treatment, divided into pieces.
    ///
    /// Matrices decay, norm weights and biases do not; B of an adapter may learn faster than A
    /// (LoRA+, Hayou et al., arXiv 2402.12354).
    package static func pieces(
        _ parts: [TrainedWeights.Part],
        _ configuration: TrainingConfiguration
    ) -> [OptimizerPiece] {
        var groups: [OptimizerPiece] = []
        for part in parts {
            let factor = part.kind == .adapterB ? configuration.loraPlusRatio : 1
            let decay = part.kind == .vector ? 0 : configuration.weightDecay
            if let last = groups.last, last.rateFactor == factor, last.weightDecay == decay {
                groups[groups.count - 1].range = last.range.lowerBound..<part.range.upperBound
            } else {
                groups.append(
                    OptimizerPiece(range: part.range, rateFactor: factor, weightDecay: decay)
                )
            }
        }
        var pieces: [OptimizerPiece] = []
        var block = 0
        for group in groups {
            let (first, end) = (group.range.lowerBound, group.range.upperBound)
            for start in stride(from: first, to: end, by: pieceLength) {
                var piece = group
                piece.range = start..<min(start + pieceLength, end)
                piece.firstBlock = block
                block += piece.blockCount
                pieces.append(piece)
            }
        }
        return pieces
    }

    /// The Euclidean norm, summed in double in an order that depends only on the weights.
    package func norm(of gradients: FloatBuffer) -> Double {
        pool.run(tiles: pieces.count, priority: .background) { index, _ in
            sums[index] = gradients.sumOfSquares(in: pieces[index].range)
        }
        return (0..<pieces.count).reduce(0) { $0 + sums[$1] }.squareRoot()
    }

    /// Updates the weights for the step with this number, counted from 0.
    ///
    /// `gradientNorm` is that of `gradients`, before clipping.
    package func apply(
        _ gradients: FloatBuffer,
        gradientNorm: Double,
        step: Int,
        learningRate: Double
    ) {
        let clipping = maxGradientNorm > 0 ? min(1, maxGradientNorm / (gradientNorm + 1e-6)) : 1
        let step = OptimizerStep(
            parameters: weights.buffer,
            gradients: gradients,
            number: step + 1,
            learningRate: learningRate,
            gradientScale: Float(clipping)
        )
        pool.run(tiles: pieces.count, priority: .background) { index, _ in
            rule.step(step, of: pieces[index])
        }
    }
}
