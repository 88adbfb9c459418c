package import ModelFiles
internal import Tensors

/// Noise that is added to the embeddings of one micro-batch in training: NEFTune (Jain et al.,
/// arXiv 2310.05914).
///
/// Uniform between -1 and 1, times alpha / √(L D) for a sequence of L tokens and embeddings of
/// width D. Every number is a function of the seed, the step and its position.
public struct EmbeddingNoise: Sendable, Equatable {
    /// The strength; above 0.
    public let alpha: Double
    /// The run's seed.
    public let seed: UInt64
    /// The optimizer step.
    public let step: Int
    /// The micro-batch within it.
    public let microbatch: Int

    /// The maximum number of rows of a micro-batch, so that no two share a position.
    private static let rowsInMicrobatch = 1 << 24

    /// The noise of one micro-batch.
    public init(alpha: Double, seed: UInt64, step: Int, microbatch: Int) {
        precondition(alpha > 0, "noise has a strength above 0")
        self.alpha = alpha
        self.seed = seed
        self.step = step
        self.microbatch = microbatch
    }

    /// Alpha as the layers see it: a model that multiplies its embeddings after the noise was added
    /// multiplies the noise too.
    package func strength(_ configuration: ModelConfiguration) -> Double {
        configuration.traits.scalesBeforeNoise
            ? alpha : alpha * Double(configuration.multipliers.embedding)
    }

    /// Adds the noise to the embeddings of a piece, (T, C), as the layers take them.
    func add(
        to x: Floats,
        _ piece: BatchPiece,
        _ configuration: ModelConfiguration,
        _ workers: Workers
    ) {
        let width = configuration.width
        let factor = strength(configuration)
        let random = CounterRandom(seed: seed, purpose: .embeddingNoise)
        let first = microbatch * Self.rowsInMicrobatch + piece.firstRow
        for segment in piece.batch.segments {
            let scale = Float(factor / Double(segment.count * width).squareRoot())
            workers.forEachRowTile(segment.count) { rows in
                for row in rows {
                    let t = segment.lowerBound + row
                    for column in 0..<width {
                        let place = (first + t) * width + column
                        let number = 2 * random.uniform(step: step, index: place) - 1
                        x[t * width + column] += scale * Float(number)
                    }
                }
            }
        }
    }
}
