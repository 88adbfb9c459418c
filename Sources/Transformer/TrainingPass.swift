internal import CKernels
public import ModelFiles
internal import Platform
public import Tensors

/// Loss and gradients of an adapter on a frozen model, or of the model itself; all memory is
/// allocated in advance.
///
/// One pass serves micro-batches of up to `tokenCapacity` tokens, one after
/// another, from one thread at a time. A micro-batch is computed in pieces of
/// whole sequences, whose gradients add up, so that the activations are small
/// and stay in the cache.
public final class TrainingPass: @unchecked Sendable {
    // @unchecked because of the buffers: a pass is used by one thread at a time.

    /// The maximum sizes of a pass, and how it computes.
    public struct Configuration: Sendable {
        /// The maximum number of tokens in a micro-batch.
        public var tokenCapacity: Int
        /// The maximum number of tokens in one sequence.
        public var longestSequence: Int
        /// The shape of the adapters that are trained; nil if the model itself is trained.
        public var shape: LoRA.Shape?
        /// How to compute.
        public var precision: Precision
        /// What `fast` precision multiplies in; nil for the model's choice.
        public var formats: ProductFormats?
        /// Whether micro-batches may have dropout.
        public var dropsInputs = false
        /// Whether the backward pass computes each layer again instead of keeping its activations: less
        /// memory, more time, the same bits.
        public var recomputes = false
        /// The share of a target that is spread over the vocabulary in training; 0 for none.
        public var labelSmoothing: Float = 0

        /// Tokens computed at once, unless a sequence is longer.
        private var defaultPiece: Int { precision == .fast ? 768 : 512 }

        /// A configuration for micro-batches of `tokenCapacity` tokens, in sequences of at
        /// most `longestSequence`, which is the same by default.
        public init(
            tokenCapacity: Int,
            longestSequence: Int? = nil,
            shape: LoRA.Shape?,
            precision: Precision
        ) {
            self.tokenCapacity = tokenCapacity
            self.longestSequence = min(longestSequence ?? tokenCapacity, tokenCapacity)
            self.shape = shape
            self.precision = precision
        }

        /// The rank of the adapters; 0 without any.
        var rank: Int { shape?.rank ?? 0 }

        /// Tokens computed at once.
        var pieceCapacity: Int { max(longestSequence, min(tokenCapacity, defaultPiece)) }

        /// Whether layers keep the activation's inputs in bfloat16.
        var sharesGate: Bool { precision == .fast }

        /// Tokens of the sequences computed at once; a common prefix counts for each sequence.
        var attendedCapacity: Int { max(pieceCapacity, min(tokenCapacity, 2 * pieceCapacity)) }

        var forwardCapacity: ForwardPass.Capacity {
            ForwardPass.Capacity(
                tokens: pieceCapacity,
                keys: longestSequence,
                rank: rank,
                longestSequence: longestSequence,
                attended: attendedCapacity,
                dropsInputs: dropsInputs,
                trainsWeights: shape == nil
            )
        }
    }

    /// The maximum sizes.
    public let configuration: Configuration

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
    let dHeadNorms: FloatBuffer  // (T, H*D + K*D), where heads are normalized
    let dPostNorm: FloatBuffer  // (T, C), where what is added is normalized
    let dAttended: FloatBuffer  // (T, H*D)
    let dHidden: FloatBuffer  // (T, F)
    let dGate: FloatBuffer  // (T, F)
    let dUp: FloatBuffer  // (T, F)
    let dInner: [Floats]  // three: (T, R)
    private let saved: FloatBuffer
    private let layerInputs: FloatBuffer  // (L, T, C) where layers are computed again
    private let inner: FloatBuffer

    /// Allocates everything a step needs.
    public init(_ model: LanguageModel, _ configuration: Configuration) {
        precondition(configuration.tokenCapacity >= 2, "a loss needs two tokens")
        self.configuration = configuration
        let sizes = model.configuration
        let T = configuration.pieceCapacity
        let R = configuration.rank
        let C = sizes.width
        let HD = sizes.headCount * sizes.headWidth
        let KD = sizes.keyValueHeadCount * sizes.headWidth
        let F = sizes.feedForwardWidth
        forward = ForwardPass(
            model,
            configuration.forwardCapacity,
            priority: .background,
            precision: configuration.precision,
            formats: configuration.formats
        )
        let attended = configuration.attendedCapacity
        let count = LayerActivations.count(
            sizes,
            T: T,
            attended: attended,
            rank: R,
            sharesGate: configuration.sharesGate
        )
        let (dGate, dUp) = (FloatBuffer(count: T * F), FloatBuffer(count: T * F))
        (self.dGate, self.dUp) = (dGate, dUp)
        // The gradients' room is free during the forward pass.
        let shared = configuration.sharesGate ? (gate: dGate.pointer, up: dUp.pointer) : nil
        let kept = configuration.recomputes ? 1 : sizes.layerCount
        let saved = FloatBuffer(count: kept * count)
        self.saved = saved
        activations = (0..<kept).map {
            LayerActivations(
                sizes,
                T: T,
                attended: attended,
                rank: R,
                shared: shared,
                from: saved.pointer + $0 * count
            )
        }
        let inputCount = configuration.recomputes ? T * C : 0
        let inputs = FloatBuffer(count: sizes.layerCount * inputCount)
        layerInputs = inputs
        last = FloatBuffer(count: T * C)
        lastFactor = FloatBuffer(count: T)
        head = LossHead(forward)
        head.labelSmoothing = configuration.labelSmoothing
        gradient = FloatBuffer(count: T * C)
        dNormed = FloatBuffer(count: T * C)
        dQuery = FloatBuffer(count: T * HD)
        dKey = FloatBuffer(count: T * KD)
        dValue = FloatBuffer(count: T * KD)
        dHeadNorms = FloatBuffer(count: sizes.traits.hasHeadNorms ? T * (HD + KD) : 0)
        dPostNorm = FloatBuffer(count: sizes.traits.hasPostNorms ? T * C : 0)
        dAttended = FloatBuffer(count: T * HD)
        dHidden = FloatBuffer(count: T * F)
        let inner = FloatBuffer(count: 3 * T * R)
        self.inner = inner
        dInner = (0..<3).map { inner.pointer + $0 * T * R }
    }

    /// The bytes that a pass allocates, for a forecast.
    public static func byteCount(
        _ sizes: ModelConfiguration,
        _ configuration: Configuration,
        threads: Int
    ) -> Int {
        let T = configuration.pieceCapacity
        let R = configuration.rank
        let C = sizes.width
        let HD = sizes.headCount * sizes.headWidth
        let KD = sizes.keyValueHeadCount * sizes.headWidth
        let F = sizes.feedForwardWidth
        let layer = LayerActivations.count(
            sizes,
            T: T,
            attended: configuration.attendedCapacity,
            rank: R,
            sharesGate: configuration.sharesGate
        )
        let activations =
            configuration.recomputes ? layer + sizes.layerCount * T * C : sizes.layerCount * layer
        let headNorms = sizes.traits.hasHeadNorms ? HD + KD : 0
        let postNorm = sizes.traits.hasPostNorms ? C : 0
        let gradients = T * (3 * C + postNorm + 1 + 2 * HD + 2 * KD + headNorms + 3 * F + 3 * R)
        let head = LossHead.floatCount(
            sizes,
            tokenCapacity: T,
            threads: threads,
            precision: configuration.precision
        )
        return MemoryLayout<Float>.stride * (activations + gradients + head)
            + ForwardPass.byteCount(
                sizes,
                configuration.forwardCapacity,
                threads: threads,
                precision: configuration.precision
            )
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
        precondition(
            batch.tokens.count <= configuration.tokenCapacity,
            "a batch of \(batch.tokens.count) tokens, room for \(configuration.tokenCapacity)"
        )
        var sum = 0.0
        for piece in pieces(of: batch, sharingPrefixes: true) {
            try runForward(piece, adapter: adapter, isTraining: false, isCancelled)
            sum += head.loss(
                piece.batch,
                last: last.pointer,
                factor: lastFactor.pointer,
                pass: forward,
                gradient: nil,
                divisor: 1
            )
        }
        return sum
    }

    /// Runs the layers over one piece; activations are kept only if it `isTraining`.
    func runForward(
        _ piece: BatchPiece,
        adapter: LoRA?,
        isTraining: Bool,
        noise: EmbeddingNoise? = nil,
        _ isCancelled: () -> Bool
    ) throws {
        let T = piece.batch.tokens.count
        precondition(T <= configuration.pieceCapacity, "a sequence is longer than the pass allows")
        precondition(
            adapter.map { $0.shape.rank <= configuration.rank } ?? true,
            "the adapter's rank is larger"
        )
        try forward.model.check(piece.batch.tokens)
        try check(piece)
        let segments = piece.segments
        let C = forward.model.configuration.width
        let L = forward.model.layers.count
        // Shared memory: the output is stored elsewhere first, since the layer still reads its input.
        let keepsAll = isTraining && !configuration.recomputes
        forward.setPositions(segments)
        forward.embedding.forward(piece.batch.tokens, into: activations[0].x)
        noise?.add(to: activations[0].x, piece, forward.model.configuration, forward.workers)
        for layer in 0..<L {
            if isCancelled() { throw CancellationError() }
            let saved = activations[keepsAll ? layer : 0]
            let isLast = layer == L - 1
            let out = isLast || !keepsAll ? last.pointer : activations[layer + 1].x
            if isTraining && configuration.recomputes {
                input(layer).update(from: saved.x, count: T * C)
            }
            forward.layer(
                layer,
                saved,
                out: out,
                T: T,
                segments: segments,
                groups: [RowGroup(rows: 0..<T, adapter: adapter)]
            )
            if !isLast && !keepsAll { saved.x.update(from: out, count: T * C) }
        }
    }

    /// A layer's activations, computed again if they were not kept.
    func activations(
        of layer: Int,
        T: Int,
        segments: [Segment],
        adapter: LoRA?
    ) -> LayerActivations {
        guard configuration.recomputes else { return activations[layer] }
        let saved = activations[0]
        saved.x.update(from: input(layer), count: T * forward.model.configuration.width)
        // `last` was read already; it takes an output that is not needed.
        forward.layer(
            layer,
            saved,
            out: last.pointer,
            T: T,
            segments: segments,
            groups: [RowGroup(rows: 0..<T, adapter: adapter)]
        )
        return saved
    }

    private func input(_ layer: Int) -> Floats {
        let count = configuration.pieceCapacity * forward.model.configuration.width
        return layerInputs.pointer + layer * count
    }

    private func check(_ piece: BatchPiece) throws {
        let limit = forward.model.configuration.contextLength
        let longest = piece.longestSequence
        guard longest <= limit else {
            throw TransformerError(
                .contextTooLong,
                "A sequence of \(longest) tokens exceeds the model's \(limit).",
                hint: "use shorter sequences"
            )
        }
    }

    /// A micro-batch in pieces that fit the pass.
    func pieces(of batch: TokenBatch, sharingPrefixes: Bool) -> [BatchPiece] {
        batch.pieces(
            atMost: configuration.pieceCapacity,
            attended: configuration.attendedCapacity,
            sharesPrefixes: sharingPrefixes
                && !forward.model.rotation.dependsOnLength(upTo: configuration.longestSequence)
        )
    }
}
