internal import CKernels
internal import ModelFiles
internal import Tensors

/// The forward pass of decoding and scoring; all memory is allocated in advance.
///
/// It is used by one thread at a time, and training waits until a token's
/// layers are done.
public final class InferencePass: @unchecked Sendable {
    // @unchecked because of the buffers: a pass is used by one thread at a time.

    /// The maximum number of tokens in one call.
    public let tokenCapacity: Int
    /// How it computes.
    public let precision: Precision

    static let scoredRows = 128
    let contextLength: Int

    let forward: ForwardPass
    let activations: LayerActivations
    private let saved: FloatBuffer
    let out: FloatBuffer  // (T, C)
    private let factor: FloatBuffer  // (T)
    var output: FloatBuffer  // (rows, V)
    let rank: Int

    /// Allocates everything a call needs.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - tokenCapacity: The maximum number of tokens in one call; longer prompts take several.
    ///   - contextLength: The maximum number of tokens of a conversation.
    ///   - rank: The largest rank of an adapter in use.
    ///   - precision: The precision, which caches must share.
    ///   - decodes: Whether the pass decodes token by token. In fast precision it then holds a copy
    ///     of the weights, see `LanguageModel.decodingByteCount`.
    public init(
        _ model: LanguageModel,
        tokenCapacity: Int,
        contextLength: Int,
        rank: Int = 256,
        precision: Precision,
        decodes: Bool = false
    ) {
        let configuration = model.configuration
        let T = tokenCapacity
        self.tokenCapacity = T
        self.contextLength = contextLength
        self.rank = rank
        self.precision = precision
        forward = ForwardPass(
            model,
            ForwardPass.Capacity(
                tokens: T,
                keys: contextLength,
                rank: rank,
                readsCache: true,
                decodes: decodes
            ),
            priority: .interactive,
            precision: precision
        )
        let saved = FloatBuffer(
            count: LayerActivations.count(configuration, T: T, attended: T, rank: rank)
        )
        self.saved = saved
        activations = LayerActivations(
            configuration,
            T: T,
            attended: T,
            rank: rank,
            from: saved.pointer
        )
        out = FloatBuffer(count: T * configuration.width)
        factor = FloatBuffer(count: T)
        output = FloatBuffer(count: configuration.vocabularySize)
    }

    /// The bytes that such a pass allocates, if it does not decode.
    public static func byteCount(
        _ model: LanguageModel,
        tokenCapacity: Int,
        contextLength: Int,
        rank: Int,
        precision: Precision
    ) -> Int {
        let configuration = model.configuration
        let floats =
            LayerActivations.count(
                configuration,
                T: tokenCapacity,
                attended: tokenCapacity,
                rank: rank
            )
            + tokenCapacity * (configuration.width + 1) + configuration.vocabularySize
        return floats * MemoryLayout<Float>.stride
            + ForwardPass.byteCount(
                configuration,
                ForwardPass.Capacity(
                    tokens: tokenCapacity,
                    keys: contextLength,
                    rank: rank,
                    readsCache: true
                ),
                threads: model.pool.threadCount,
                precision: precision
            )
    }

    /// Reads `tokens` after those in the cache and appends them to it: a step of one part.
    ///
    /// - Returns: The logits after the last token, (V), valid until the next call.
    /// - Throws: As `step`.
    public func logits(
        _ tokens: some RandomAccessCollection<Int32>,
        cache: KeyValueCache,
        adapter: LoRA?,
        isCancelled: () -> Bool = { false }
    ) throws -> UnsafeBufferPointer<Float> {
        let part = StepPart(tokens: Array(tokens), cache: cache, adapter: adapter, logits: .last)
        return try step([part], isCancelled: isCancelled).values
    }

    /// The maximum number of tokens that `allLogits` takes.
    public var maxScoredTokens: Int { min(tokenCapacity, Self.scoredRows) }

    /// Reads `tokens` after those in the cache and appends them to it.
    ///
    /// - Parameters:
    ///   - tokens: At least one, at most `maxScoredTokens`.
    ///   - cache: The text so far, made with the same adapter.
    ///   - adapter: The adapter in use; nil for the base model.
    /// - Returns: (T, V): the logits after each of the tokens.
    /// - Throws: As `logits`.
    public func allLogits(
        _ tokens: some RandomAccessCollection<Int32>,
        cache: KeyValueCache,
        adapter: LoRA?
    ) throws -> [Float] {
        let part = StepPart(tokens: Array(tokens), cache: cache, adapter: adapter, logits: .all)
        let logits = try step([part])
        return withExtendedLifetime(logits) { Array(logits.values) }
    }

    /// log p of each token after the first, given the tokens before it.
    ///
    /// - Parameters:
    ///   - tokens: Any number up to the context's length.
    ///   - adapter: The adapter in use; nil for the base model.
    ///   - isCancelled: Asked before every layer.
    /// - Throws: As `logits`.
    public func logProbabilities(
        _ tokens: [Int32],
        adapter: LoRA?,
        isCancelled: () -> Bool = { false }
    ) throws -> [Float] {
        guard tokens.count > 1 else { return [] }
        let cache = KeyValueCache(
            forward.model.configuration,
            capacity: tokens.count,
            precision: precision
        )
        let C = forward.model.configuration.width
        let V = forward.model.configuration.vocabularySize
        let logits = FloatBuffer(count: Self.scoredRows * V)
        var result: [Float] = []
        for start in stride(from: 0, to: tokens.count, by: tokenCapacity) {
            let chunk = tokens[start..<min(start + tokenCapacity, tokens.count)]
            try run(
                [StepPart(tokens: Array(chunk), cache: cache, adapter: adapter, logits: .none)],
                isCancelled
            )
            for first in stride(from: chunk.startIndex, to: chunk.endIndex, by: Self.scoredRows) {
                if isCancelled() { throw CancellationError() }
                let rows = first..<min(first + Self.scoredRows, chunk.endIndex)
                let source = out.pointer + (first - start) * C
                project(source, into: logits.pointer, groups: [0..<rows.count])
                withExtendedLifetime(logits) {
                    for t in rows where t + 1 < tokens.count {
                        let row = logits.pointer + (t - first) * V
                        result.append(Float(-wb_cross_entropy(row, Int(tokens[t + 1]), 0, V)))
                    }
                }
            }
        }
        return result
    }

    /// logits = the output matrix times the normed rows, (T, C) to (T, V); the groups cover them, and
    /// those of one row are computed alike whatever the others are.
    func project(_ rows: Floats, into logits: Floats, groups: [Range<Int>]) {
        let model = forward.model
        let T = groups.last?.upperBound ?? 0
        let V = model.configuration.vocabularySize
        model.pool.holdingBackgroundBack {
            let normed = forward.normed.pointer
            forward.products.forward(
                groups.filter { !$0.isEmpty }.map { rows in
                    let y = logits + rows.lowerBound * V
                    let term = ProjectionTerm(weight: model.head, y: y, isSensitive: true)
                    let arithmetic = RowArithmetic(pieceOf: rows.count)
                    return ProductGroup(rows: rows, terms: [term], arithmetic: arithmetic)
                },
                x: normed,
                K: model.configuration.width
            ) { some in
                forward.normalization.forward(
                    normed,
                    factor.pointer,
                    rows,
                    model.outputNorm,
                    rows: some
                )
            }
            model.configuration.logitCap.forward(logits, count: T * V, on: forward.workers)
        }
    }
}
