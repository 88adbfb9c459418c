internal import ModelFiles
internal import Tensors

/// One sequence's part in a flat list of tokens.
struct Segment {
    /// Its rows in the list.
    let rows: Range<Int>
    /// The position of its first row; what stands before it is in `cache`.
    let firstPosition: Int
    /// Earlier keys and values; nil where the sequence stands whole in the list.
    let cache: KeyValueCache?
    /// Rows of the list that stand before it, and before others too; nil where none do.
    var prefix: Range<Int>?

    /// How long its sequence is, or may become.
    var length: Int { cache?.capacity ?? firstPosition + rows.count }
}

/// What the attention's forward pass leaves for its backward pass.
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
    /// out = softmax(scale·q·kᵀ, causal)·v, head by head.
    ///
    /// Segments with a cache have their keys and values there already; without one they are whole.
    /// `logSums`, (T, H), gets what `backward` wants to know of the softmax.
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
        segments: [Segment]
    )
}

/// The keys and values that a segment's queries see, from position 0.
///
/// A cache holds them head by head, a list of tokens token by token.
struct AttentionContext {
    let type: ElementType
    /// Numbers from one position to the next.
    let rowStride: Int
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
            (type, rowStride) = (cache.type, D)
            keys = UnsafeRawPointer(cache.keys(layer))
            values = UnsafeRawPointer(cache.values(layer))
            headByteCount = cache.headByteCount
        } else {
            (type, rowStride) = (.f32, K * D)
            keys = UnsafeRawPointer(key + segment.rows.lowerBound * K * D)
            values = UnsafeRawPointer(value + segment.rows.lowerBound * K * D)
            headByteCount = D * MemoryLayout<Float>.stride
        }
    }

    func keys(_ head: Int) -> UnsafeRawPointer { keys + head * headByteCount }
    func values(_ head: Int) -> UnsafeRawPointer { values + head * headByteCount }
}
