internal import ModelFiles
internal import Tensors

/// What one layer's forward pass keeps for its backward pass.
struct LayerActivations {
    let x: Floats  // (T, C), the layer's input
    let attentionFactor: Floats  // (T), 1 / root mean square of x
    let query: Floats  // (T, H*D), rotated to its position
    let key: Floats  // (T, K*D), rotated to its position
    let value: Floats  // (T, K*D)
    let headNorms: HeadNorms?
    let attended: Floats  // (T, H*D)
    let postNorms: PostNorms?
    let middle: Floats  // (T, C), x plus the attention's output
    let feedForwardFactor: Floats  // (T)
    let gate: Floats  // (T, F)
    let up: Floats  // (T, F)
    /// What the backward pass reads instead of `gate` and `up`, if layers share those.
    let kept: Kept?
    let logSums: Floats  // (attended, H), of the attention's softmax
    let inner: [Floats]  // a projection: (T, R), its input times Aᵀ

    /// What the normalization of each head's query and key keeps.
    struct HeadNorms {
        let query: Floats  // (T, H*D), not normalized
        let key: Floats  // (T, K*D), not normalized
        let queryFactor: Floats  // (T, H), 1 / root mean square
        let keyFactor: Floats  // (T, K)
    }

    /// What the normalization of attention's and the feed-forward network's outputs keeps.
    struct PostNorms {
        let attention: Floats  // (T, C), not normalized
        let feedForward: Floats  // (T, C), not normalized
        let attentionFactor: Floats  // (T), 1 / root mean square
        let feedForwardFactor: Floats  // (T)
    }

    /// The inputs of the gated activation, in bfloat16.
    struct Kept {
        let gate: Bfloat16s  // (T, even(F))
        let up: Bfloat16s  // (T, even(F))
    }

    /// What the attention's backward pass reads.
    var attention: AttentionState {
        AttentionState(
            query: query,
            key: key,
            value: value,
            attended: attended,
            logSums: logSums
        )
    }

    /// The activations of T tokens, which expand to `attendedCount` in the attention.
    ///
    /// - Parameter shared: Where all layers' gate and up are computed; each keeps them in bfloat16.
    init(
        _ configuration: ModelConfiguration,
        T: Int,
        attended attendedCount: Int,
        rank: Int,
        shared: (gate: Floats, up: Floats)? = nil,
        from start: Floats
    ) {
        let C = configuration.width
        let HD = configuration.headCount * configuration.headWidth
        let KD = configuration.keyValueHeadCount * configuration.headWidth
        let F = configuration.feedForwardWidth
        var next = start
        func take(_ count: Int) -> Floats {
            defer { next += count }
            return next
        }
        x = take(T * C)
        attentionFactor = take(T)
        query = take(T * HD)
        key = take(T * KD)
        value = take(T * KD)
        headNorms =
            configuration.traits.hasHeadNorms
            ? HeadNorms(
                query: take(T * HD),
                key: take(T * KD),
                queryFactor: take(T * configuration.headCount),
                keyFactor: take(T * configuration.keyValueHeadCount)
            ) : nil
        attended = take(T * HD)
        postNorms =
            configuration.traits.hasPostNorms
            ? PostNorms(
                attention: take(T * C),
                feedForward: take(T * C),
                attentionFactor: take(T),
                feedForwardFactor: take(T)
            ) : nil
        middle = take(T * C)
        feedForwardFactor = take(T)
        if let shared {
            (gate, up) = shared
            let count = T * even(F)
            let bits = UnsafeMutableRawPointer(take(count)).assumingMemoryBound(to: UInt16.self)
            kept = Kept(gate: bits, up: bits + count)
        } else {
            (gate, up) = (take(T * F), take(T * F))
            kept = nil
        }
        logSums = take(attendedCount * configuration.headCount)
        inner = Projection.allCases.map { _ in take(T * rank) }
    }

    /// The floats that a layer needs for T tokens, which expand to `attended` in the attention.
    static func count(
        _ configuration: ModelConfiguration,
        T: Int,
        attended: Int,
        rank: Int,
        sharesGate: Bool = false
    ) -> Int {
        let C = configuration.width
        let HD = configuration.headCount * configuration.headWidth
        let KD = configuration.keyValueHeadCount * configuration.headWidth
        let F = configuration.feedForwardWidth
        let inner = Projection.allCases.count * rank
        let headNorms =
            configuration.traits.hasHeadNorms
            ? HD + KD + configuration.headCount + configuration.keyValueHeadCount : 0
        let postNorms = configuration.traits.hasPostNorms ? 2 * C + 2 : 0
        let gates = sharesGate ? even(F) : 2 * F
        return T * (headNorms + postNorms + 2 * C + 2 + 2 * HD + 2 * KD + gates + inner)
            + attended * configuration.headCount
    }
}
