internal import ModelFiles
internal import Tensors

/// One sequence's part in a flat list of tokens.
struct Segment {
    /// Its rows in the list.
    let rows: Range<Int>
    /// The position of its first row; earlier positions are in `cache`.
    let firstPosition: Int
    /// Earlier keys and values; nil if the whole sequence is in the list.
    let cache: KeyValueCache?
    /// Rows of the list that precede it and are shared with other segments; nil for none.
    var prefix: Range<Int>?

    /// The length of its sequence, or the largest that it can reach.
    var length: Int { cache?.capacity ?? firstPosition + rows.count }

    /// Whether it is a single query that follows earlier keys.
    var isDecoded: Bool { rows.count == 1 && firstPosition > 0 }
}

/// What the attention's forward pass keeps for its backward pass.
struct AttentionState {
    let query: Floats  // (T, H*D), rotated to its position
    let key: Floats  // (T, K*D), rotated to its position
    let value: Floats  // (T, K*D)
    let attended: Floats  // (T, H*D)
    let logSums: Floats  // (T, H), of the softmax
}

/// Causal attention with grouped key/value heads, forward and backward.
///
/// Queries and outputs are (T, H*D), keys and values (T, K*D); queries and
/// keys are already rotated to their positions.
protocol AttentionOperator: AnyObject, Sendable {
    /// out = softmax(cap(scale·q·kᵀ), causal)·v, head by head, over the keys that the layer sees.
    ///
    /// The keys and values of a segment with a cache are already in it; a segment without one is a whole
    /// sequence.
    /// `logSums`, (T, H), receives the log of each softmax sum, for `backward`.
    func forward(
        _ out: Floats,
        logSums: Floats?,
        query: Floats,
        key: Floats,
        value: Floats,
        layer: Int,
        segments: [Segment]
    )

    /// The gradients of `forward` for whole sequences: dquery, dkey and dvalue are written.
    func backward(
        dquery: Floats,
        dkey: Floats,
        dvalue: Floats,
        dout: Floats,
        saved: AttentionState,
        layer: Int,
        segments: [Segment]
    )
}

/// The keys and values that a segment's queries see.
///
/// A cache holds them head by head in blocks, a list of tokens token by token from position 0.
struct AttentionContext {
    let type: ElementType
    /// The distance between positions, in numbers.
    let rowStride: Int
    /// The indices of the blocks of positions; nil if the positions are contiguous.
    let blocks: [Int32]?
    private let keys: UnsafeRawPointer
    private let values: UnsafeRawPointer
    private let headByteCount: Int

    init(
        _ segment: Segment,
        _ layer: Int,
        key: ConstFloats,
        value: ConstFloats,
        _ configuration: ModelConfiguration
    ) {
        let (K, D) = (configuration.keyValueHeadCount, configuration.headWidth)
        if let cache = segment.cache {
            let pool = cache.pool
            (type, rowStride) = (pool.type, D)
            headByteCount = pool.headByteCount
            // Contiguous blocks are read as one.
            let blocks = cache.blocks
            let first = blocks.first ?? 0
            let areInRow = blocks.indices.allSatisfy { blocks[$0] == first + Int32($0) }
            let skipped = areInRow ? Int(first) * KVBlockPool.blockLength * D : 0
            keys = UnsafeRawPointer(pool.keys(layer)) + type.byteCount(elements: skipped)
            values = UnsafeRawPointer(pool.values(layer)) + type.byteCount(elements: skipped)
            self.blocks = areInRow ? nil : blocks
        } else {
            (type, rowStride) = (.f32, K * D)
            blocks = nil
            keys = UnsafeRawPointer(key + segment.rows.lowerBound * K * D)
            values = UnsafeRawPointer(value + segment.rows.lowerBound * K * D)
            headByteCount = D * MemoryLayout<Float>.stride
        }
    }

    /// One head's keys.
    func keys(_ head: Int) -> UnsafeRawPointer { keys + head * headByteCount }
    /// One head's values.
    func values(_ head: Int) -> UnsafeRawPointer { values + head * headByteCount }

    /// Copies float32 rows of the positions before `count` out of their blocks.
    func gather(_ numbers: UnsafeRawPointer, count: Int, into room: Floats) -> ConstFloats {
        let floats = numbers.assumingMemoryBound(to: Float.self)
        guard let blocks else { return floats }
        let length = KVBlockPool.blockLength
        for start in stride(from: 0, to: count, by: length) {
            let from = floats + Int(blocks[start / length]) * length * rowStride
            (room + start * rowStride)
                .update(from: from, count: min(length, count - start) * rowStride)
        }
        return ConstFloats(room)
    }
}
