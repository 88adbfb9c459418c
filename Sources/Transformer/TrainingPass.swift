internal import CKernels
public import ModelFiles
internal import Tensors

/// Loss and gradients of an adapter on a frozen model, with all memory made beforehand.
///
/// One pass serves micro-batches of up to `tokenCapacity` tokens, one after
/// another, from one thread at a time.
public final class TrainingPass: @unchecked Sendable {
    // @unchecked because of the buffers: a pass is used by one thread at a time.

    /// How many tokens a micro-batch may have.
    public let tokenCapacity: Int
    /// The shape of the adapters that are trained.
    public let shape: LoRA.Shape

    let forward: ForwardPass
    let activations: [LayerActivations]
    let last: FloatBuffer  // (T, C), the last layer's output
    let lastFactor: FloatBuffer  // (T)
    let head: LossHead
    let gradient: FloatBuffer  // (T, C), of the current layer's output, then input
    let dNormed: FloatBuffer  // (T, C)
    let dQuery: FloatBuffer  // (T, H*D)
    let dKey: FloatBuffer  // (T, K*D)
    let dValue: FloatBuffer  // (T, K*D)
    let dAttended: FloatBuffer  // (T, H*D)
    let dHidden: FloatBuffer  // (T, F)
    let dGate: FloatBuffer  // (T, F)
    let dUp: FloatBuffer  // (T, F)
    let dInner: [Floats]  // three: (T, R)
    private let saved: FloatBuffer
    private let inner: FloatBuffer

    /// Allocates everything a step needs.
    ///
    /// - Parameters:
    ///   - model: The frozen model.
    ///   - tokenCapacity: The largest number of tokens in a micro-batch.
    ///   - shape: The adapters' shape.
    ///   - dropsInputs: Whether micro-batches may come with a `Dropout`.
    public init(
        _ model: LanguageModel,
        tokenCapacity: Int,
        shape: LoRA.Shape,
        dropsInputs: Bool = false
    ) {
        precondition(tokenCapacity >= 2, "a loss needs two tokens")
        let configuration = model.configuration
        let T = tokenCapacity
        let C = configuration.width
        let HD = configuration.headCount * configuration.headWidth
        let KD = configuration.keyValueHeadCount * configuration.headWidth
        let F = configuration.feedForwardWidth
        self.tokenCapacity = T
        self.shape = shape
        forward = ForwardPass(
            model,
            tokenCapacity: T,
            keyCapacity: T,
            priority: .background,
            dropsInputs: dropsInputs
        )
        let count = LayerActivations.count(configuration, T: T, rank: shape.rank)
        let saved = FloatBuffer(count: configuration.layerCount * count)
        self.saved = saved
        activations = (0..<configuration.layerCount).map {
            LayerActivations(
                configuration,
                T: T,
                rank: shape.rank,
                from: saved.pointer + $0 * count
            )
        }
        last = FloatBuffer(count: T * C)
        lastFactor = FloatBuffer(count: T)
        head = LossHead(model, products: forward.products, tokenCapacity: T)
        gradient = FloatBuffer(count: T * C)
        dNormed = FloatBuffer(count: T * C)
        dQuery = FloatBuffer(count: T * HD)
        dKey = FloatBuffer(count: T * KD)
        dValue = FloatBuffer(count: T * KD)
        dAttended = FloatBuffer(count: T * HD)
        dHidden = FloatBuffer(count: T * F)
        dGate = FloatBuffer(count: T * F)
        dUp = FloatBuffer(count: T * F)
        let inner = FloatBuffer(count: 3 * T * shape.rank)
        self.inner = inner
        dInner = (0..<3).map { inner.pointer + $0 * T * shape.rank }
    }

    /// The bytes that a pass allocates, for a forecast.
    public static func byteCount(
        _ configuration: ModelConfiguration,
        tokenCapacity T: Int,
        shape: LoRA.Shape,
        threads: Int,
        dropsInputs: Bool = false
    ) -> Int {
        let C = configuration.width
        let HD = configuration.headCount * configuration.headWidth
        let KD = configuration.keyValueHeadCount * configuration.headWidth
        let F = configuration.feedForwardWidth
        let activations =
            configuration.layerCount
            * LayerActivations.count(configuration, T: T, rank: shape.rank)
        let gradients = T * (3 * C + 1 + 2 * HD + 2 * KD + 3 * F + 3 * shape.rank)
        let shared = ForwardPass.floatCount(
            configuration,
            tokenCapacity: T,
            keyCapacity: T,
            threads: threads,
            dropsInputs: dropsInputs
        )
        return MemoryLayout<Float>.stride
            * (activations + gradients + shared
                + LossHead.floatCount(configuration, tokenCapacity: T))
    }

    /// The sum of -log p over the batch's targets, without gradients.
    ///
    /// - Parameters:
    ///   - batch: At most `tokenCapacity` tokens.
    ///   - adapter: The adapter in use; nil for the base model.
    ///   - isCancelled: Asked before every layer.
    /// - Throws: `CancellationError` if cancelled, `TransformerError` for a token
    ///   outside the vocabulary.
    public func loss(
        _ batch: TokenBatch,
        adapter: LoRA?,
        isCancelled: () -> Bool = { false }
    ) throws -> Double {
        forward.dropout = nil
        try runForward(batch, adapter: adapter, keepsActivations: false, isCancelled: isCancelled)
        return head.loss(
            batch,
            last: last.pointer,
            factor: lastFactor.pointer,
            pass: forward,
            gradient: nil,
            divisor: 1
        )
    }

    /// Runs the layers; without `keepsActivations` all of them share the first one's room.
    func runForward(
        _ batch: TokenBatch,
        adapter: LoRA?,
        keepsActivations: Bool,
        isCancelled: () -> Bool
    ) throws {
        let T = batch.tokens.count
        precondition(T <= tokenCapacity, "a batch of \(T) tokens, room for \(tokenCapacity)")
        precondition(
            adapter.map { $0.shape.rank <= shape.rank } ?? true,
            "the adapter's rank is larger"
        )
        try forward.model.check(batch.tokens)
        try check(batch)
        let segments = Self.segments(batch)
        forward.setPositions(segments)
        let L = activations.count
        forward.embed(batch.tokens, into: activations[0].x)
        for layer in 0..<L {
            if isCancelled() { throw CancellationError() }
            let saved = activations[keepsActivations ? layer : 0]
            let isLast = layer == L - 1
            // Shared room: the output goes aside first, since the layer still reads its input.
            let out =
                isLast || !keepsActivations ? last.pointer : activations[layer + 1].x
            forward.layer(layer, saved, out: out, T: T, segments: segments, adapter: adapter)
            if !isLast && !keepsActivations {
                saved.x.update(from: out, count: T * forward.model.configuration.width)
            }
        }
    }

    private func check(_ batch: TokenBatch) throws {
        let limit = forward.model.configuration.contextLength
        for segment in batch.segments where segment.count > limit {
            throw TransformerError(
                .contextTooLong,
                "A sequence of \(segment.count) tokens exceeds the model's \(limit).",
                hint: "use shorter sequences"
            )
        }
    }

    static func segments(_ batch: TokenBatch) -> [Segment] {
        batch.segments.map { Segment(rows: $0, firstPosition: 0, cache: nil) }
    }
}
