internal import CKernels
internal import Tensors

/// The adapters' dropout in one micro-batch.
///
/// The mask is a function of these four numbers and of the position, so a step
/// that is computed again drops the same inputs.
public struct Dropout: Sendable, Equatable {
    /// The share of inputs that is dropped, at least 0 and below 1.
    public let rate: Float
    /// The run's seed.
    public let seed: UInt64
    /// The optimizer step.
    public let step: Int
    /// The micro-batch within it.
    public let microbatch: Int

    /// The dropout of one micro-batch.
    public init(rate: Float, seed: UInt64, step: Int, microbatch: Int) {
        precondition(rate >= 0 && rate < 1, "a dropout rate is at least 0 and below 1")
        self.rate = rate
        self.seed = seed
        self.step = step
        self.microbatch = microbatch
    }

    /// The dropout of one projection's input in one layer; nil if nothing is dropped.
    func input(_ layer: Int, _ projection: Projection, firstRow: Int) -> InputDropout? {
        guard rate > 0 else { return nil }
        return InputDropout(rate: rate, key: key(layer, projection), firstRow: firstRow)
    }

    /// The key of one projection's mask in one layer.
    private func key(_ layer: Int, _ projection: Projection) -> UInt64 {
        let place = (microbatch * 4096 + layer) * Projection.allCases.count + projection.index
        return CounterRandom(seed: seed, purpose: .dropout).bits(step: step, index: place)
    }
}

/// The dropout of one projection's input.
struct InputDropout {
    let rate: Float
    let key: UInt64
    /// The row of the micro-batch that the pass's first row is.
    let firstRow: Int

    /// out = some columns of a row of x, which is `width` wide, with dropped inputs set to zero.
    func apply(
        _ out: Floats,
        _ x: ConstFloats,
        row: Int,
        column: Int,
        columns: Int,
        width: Int
    ) {
        wb_dropout(out, x, key, rate, (firstRow + row) * width + column, columns)
    }
}
