internal import CKernels
internal import ModelFiles
internal import Tensors

/// The forward pass through a model's layers, as training and inference share it.
///
/// It reads like the paper: x → norm → q, k, v → rotation → attention → +,
/// then norm → gate, up → SwiGLU → down → +. T is the number of tokens.
final class ForwardPass: @unchecked Sendable {
    // @unchecked because of the buffers: a pass is used by one thread at a time.

    /// What a pass brings, at most.
    struct Capacity {
        /// Tokens in one call.
        var tokens: Int
        /// Keys that a query may see.
        var keys: Int
        /// The rank of an adapter.
        var rank: Int
        /// Tokens of one sequence in a backward pass; 0 where there is none.
        var longestSequence = 0
        /// Tokens of all sequences in a backward pass, common beginnings counted for each.
        var attended = 0
        /// Whether adapters' inputs may be dropped.
        var dropsInputs = false
        /// Whether the model's own weights are trained.
        var trainsWeights = false
        /// Whether it brings token after token, for which weights are copied in another order.
        var decodes = false
    }

    let model: LanguageModel
    let tokenCapacity: Int
    let workers: Workers
    let products: any MatrixProducts
    let attention: any AttentionOperator
    let normed: FloatBuffer  // (T, C)
    let hidden: FloatBuffer  // (T, F)
    let positions: UnsafeMutablePointer<Int32>  // (T)
    /// The adapters' dropout, in training.
    var dropout: Dropout?
    /// The row of the micro-batch that the pass's first row is, which dropout depends on.
    var firstRow = 0

    init(
        _ model: LanguageModel,
        _ capacity: Capacity,
        priority: WorkerPool.Priority,
        precision: Precision
    ) {
        let configuration = model.configuration
        self.model = model
        tokenCapacity = capacity.tokens
        let workers = Workers(pool: model.pool, priority: priority)
        self.workers = workers
        switch precision {
        case .exact:
            products = ExactProducts(
                workers: workers,
                widest: Self.widestInput(configuration),
                tokenCapacity: capacity.tokens,
                dropsInputs: capacity.dropsInputs
            )
            let attention = ExactAttention(
                configuration,
                workers: workers,
                keyCapacity: capacity.keys
            )
            self.attention = Self.sharing(attention, configuration, workers, capacity)
        case .fast:
            var products = Self.productCapacity(configuration, capacity)
            if capacity.decodes { products.decoded = model.matrices }
            self.products = FastProducts(workers: workers, capacity: products)
            let attention = FastAttention(
                configuration,
                workers: workers,
                keyCapacity: capacity.keys,
                tokenCapacity: capacity.attended,
                longestSequence: capacity.longestSequence
            )
            self.attention = Self.sharing(attention, configuration, workers, capacity)
        }
        normed = FloatBuffer(count: tokenCapacity * configuration.width)
        hidden = FloatBuffer(count: tokenCapacity * configuration.feedForwardWidth)
        positions = .allocate(capacity: tokenCapacity)
        positions.initialize(repeating: 0, count: tokenCapacity)
    }

    deinit { positions.deallocate() }

    /// The operator, able to take sequences with a common beginning where they may come.
    private static func sharing(
        _ attention: any AttentionOperator,
        _ configuration: ModelConfiguration,
        _ workers: Workers,
        _ capacity: Capacity
    ) -> any AttentionOperator {
        guard capacity.attended > 0 else { return attention }
        return SharedPrefixAttention(
            attention,
            configuration,
            workers: workers,
            attendedCapacity: capacity.attended
        )
    }

    static func widestInput(_ configuration: ModelConfiguration) -> Int {
        Projection.allCases.map { $0.inputWidth(configuration) }.max() ?? 0
    }

    private static func productCapacity(
        _ configuration: ModelConfiguration,
        _ capacity: Capacity
    ) -> FastProducts.Capacity {
        let widths = Projection.allCases.map { $0.outputWidth(configuration) }
        let shared = max(widths[0] + widths[1] + widths[2], widths[4] + widths[5])
        let logits = LossHead.chunk(capacity.tokens) * configuration.vocabularySize
        return FastProducts.Capacity(
            T: capacity.tokens,
            K: widestInput(configuration),
            N: widths.max() ?? 0,
            R: capacity.rank,
            outputs: capacity.longestSequence > 0 ? max(capacity.tokens * shared, logits) : 0,
            dropsInputs: capacity.dropsInputs,
            trainsWeights: capacity.trainsWeights
        )
    }

    /// The bytes that a pass allocates beside the layers' activations.
    static func byteCount(
        _ configuration: ModelConfiguration,
        _ capacity: Capacity,
        threads: Int,
        precision: Precision
    ) -> Int {
        let shared =
            4 * capacity.tokens * (configuration.width + configuration.feedForwardWidth + 1)
            + SharedPrefixAttention.byteCount(configuration, attendedCapacity: capacity.attended)
        switch precision {
        case .exact:
            let products = ExactProducts.scratchCount(
                widest: widestInput(configuration),
                tokenCapacity: capacity.tokens,
                dropsInputs: capacity.dropsInputs
            )
            return shared + 4 * threads * (products + ExactAttention.scratchCount(capacity.keys))
        case .fast:
            let products = FastProducts.byteCount(
                productCapacity(configuration, capacity),
                threads: threads
            )
            let attention = FastAttention.byteCount(
                configuration,
                threads: threads,
                keyCapacity: capacity.keys,
                tokenCapacity: capacity.attended,
                longestSequence: capacity.longestSequence
            )
            return shared + products + attention
        }
    }

    /// x = the tokens' embeddings, (T, C).
    func embed(_ tokens: some Collection<Int32>, into x: Floats) {
        let C = model.configuration.width
        for (t, token) in tokens.enumerated() {
            dequantize(x + t * C, model.embedding, rows: Int(token)..<Int(token) + 1)
        }
    }

    func setPositions(_ segments: [Segment]) {
        for segment in segments {
            for (i, row) in segment.rows.enumerated() {
                positions[row] = Int32(segment.firstPosition + i)
            }
        }
    }

    /// Computes one layer from `saved.x` and writes its output to `out`, (T, C).
    func layer(
        _ index: Int,
        _ saved: LayerActivations,
        out: Floats,
        T: Int,
        segments: [Segment],
        adapter: LoRA?
    ) {
        let layer = model.layers[index]
        let configuration = model.configuration
        let (C, F) = (configuration.width, configuration.feedForwardWidth)
        let (H, K) = (configuration.headCount, configuration.keyValueHeadCount)
        let HD = H * configuration.headWidth
        let term = { (projection: Projection, y: Floats) in
            self.term(index, projection, y: y, saved: saved, adapter: adapter)
        }

        norm(normed.pointer, saved.attentionFactor, saved.x, layer.attentionNorm, T: T)
        let (query, key) = (
            saved.headNorms?.query ?? saved.query, saved.headNorms?.key ?? saved.key
        )
        products.forward(
            [term(.query, query), term(.key, key), term(.value, saved.value)],
            x: normed.pointer,
            T: T,
            K: C
        )
        if let biases = layer.biases {
            add(query, biases.query, T: T)
            add(key, biases.key, T: T)
            add(saved.value, biases.value, T: T)
        }
        if let weights = layer.headNorms, let norms = saved.headNorms {
            norm(saved.query, norms.queryFactor, query, weights.query, T: T * H)
            norm(saved.key, norms.keyFactor, key, weights.key, T: T * K)
        }
        rotate(saved.query, heads: H, T: T, direction: 1)
        rotate(saved.key, heads: K, T: T, direction: 1)
        for segment in segments { remember(segment, index, saved) }
        attention.forward(
            saved.attended,
            logSums: saved.logSums,
            query: saved.query,
            key: saved.key,
            value: saved.value,
            layer: index,
            segments: segments
        )
        products.forward([term(.output, saved.middle)], x: saved.attended, T: T, K: HD)
        add(saved.middle, saved.x, T: T)

        norm(normed.pointer, saved.feedForwardFactor, saved.middle, layer.feedForwardNorm, T: T)
        products.forward(
            [term(.gate, saved.gate), term(.up, saved.up)],
            x: normed.pointer,
            T: T,
            K: C
        )
        activate(saved, T: T)
        products.forward([term(.down, out)], x: hidden.pointer, T: T, K: F)
        add(out, saved.middle, T: T)
    }

    /// Appends a segment's keys and values to its cache, if it has one.
    private func remember(_ segment: Segment, _ layer: Int, _ saved: LayerActivations) {
        guard let cache = segment.cache else { return }
        let configuration = model.configuration
        let width = configuration.keyValueHeadCount * configuration.headWidth
        let start = segment.rows.lowerBound * width
        cache.store(
            layer,
            key: saved.key + start,
            value: saved.value + start,
            first: segment.firstPosition,
            count: segment.rows.count
        )
    }

    func term(
        _ layer: Int,
        _ projection: Projection,
        y: Floats,
        saved: LayerActivations,
        adapter: LoRA?,
        gradients: FloatBuffer? = nil
    ) -> ProjectionTerm {
        let weight = model.layers[layer].weight(projection)
        let isSensitive = projection.feedsAttention
        guard let adapter, let slot = adapter.slot(layer, projection) else {
            var term = ProjectionTerm(weight: weight, y: y, isSensitive: isSensitive)
            term.weightGradient = gradients.flatMap {
                weightGradient(projection.role, layer, in: $0)
            }
            return term
        }
        let parameters = adapter.parameters.pointer
        return ProjectionTerm(
            weight: weight,
            y: y,
            isSensitive: isSensitive,
            lowRank: ProjectionTerm.LowRank(
                a: parameters + slot.a,
                b: parameters + slot.b,
                scale: adapter.scale,
                rank: adapter.shape.rank,
                inner: saved.inner[projection.index],
                dropout: dropout.flatMap { choice in
                    choice.input(layer, projection, firstRow: firstRow)
                },
                gradient: gradients.map { ($0.pointer + slot.a, $0.pointer + slot.b) }
            )
        )
    }

    /// Where the gradient of one of the model's own weights goes, if those are trained.
    func weightGradient(_ role: TensorRole, _ layer: Int = 0, in gradients: FloatBuffer) -> Floats?
    {
        model.parameters?.slot(role, layer: layer).map { gradients.pointer + $0.range.lowerBound }
    }

    /// Adds the gradient of a norm's weight, where that is trained.
    func addNormWeightGradient(
        _ gradient: Floats?,
        _ dout: Floats,
        _ x: Floats,
        _ factor: Floats,
        T: Int,
        C: Int
    ) {
        guard let gradient else { return }
        let columns = Tiles(C, by: 64)
        workers.run(tiles: columns.count) { tile, _ in
            let start = columns[tile].lowerBound
            wb_rms_norm_weight_backward(
                gradient + start,
                dout + start,
                x + start,
                factor,
                T,
                columns[tile].count,
                C
            )
        }
    }

    /// Each of T rows, as long as `weight`, by its root mean square, times the weight.
    func norm(_ out: Floats, _ factor: Floats, _ x: Floats, _ weight: Weight, T: Int) {
        let C = weight.columns
        let epsilon = model.configuration.rmsEpsilon
        workers.forEachRowTile(T) { rows in
            let start = rows.lowerBound
            wb_rms_norm(
                out + start * C,
                factor + start,
                x + start * C,
                weight.floats,
                epsilon,
                rows.count,
                C
            )
        }
    }

    func rotate(_ x: Floats, heads: Int, T: Int, direction: Float) {
        let width = heads * model.configuration.headWidth
        workers.forEachRowTile(T) { rows in
            model.rotary.turn(
                x + rows.lowerBound * width,
                positions: positions + rows.lowerBound,
                T: rows.count,
                heads: heads,
                direction: direction
            )
        }
    }

    /// hidden = silu(gate) * up.
    func activate(_ saved: LayerActivations, T: Int) {
        let F = model.configuration.feedForwardWidth
        workers.forEachRowTile(T) { rows in
            let start = rows.lowerBound * F
            wb_swiglu(hidden.pointer + start, saved.gate + start, saved.up + start, rows.count * F)
        }
    }

    /// y += x, both (T, C).
    func add(_ y: Floats, _ x: Floats, T: Int) {
        let C = model.configuration.width
        workers.forEachRowTile(T) { rows in
            wb_add_scaled(y + rows.lowerBound * C, 1, x + rows.lowerBound * C, rows.count * C)
        }
    }

    /// Adds a bias to each row of y, (T, N).
    private func add(_ y: Floats, _ bias: Weight, T: Int) {
        let N = bias.columns
        workers.forEachRowTile(T) { rows in
            for row in rows { wb_add_scaled(y + row * N, 1, bias.floats, N) }
        }
    }
}
