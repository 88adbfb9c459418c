internal import CKernels
internal import ModelFiles
internal import Tensors

/// The forward pass through a model's layers, as training and inference share it.
///
/// It reads like the paper: x → norm → q, k, v → rotation → attention → +,
/// then norm → gate, up → SwiGLU → down → +. T is the number of tokens.
final class ForwardPass: @unchecked Sendable {
    // @unchecked because of the buffers: a pass is used by one thread at a time.

    let model: LanguageModel
    let tokenCapacity: Int
    let products: Products
    let attention: Attention
    let normed: FloatBuffer  // (T, C)
    let hidden: FloatBuffer  // (T, F)
    let positions: UnsafeMutablePointer<Int32>  // (T)
    /// The adapters' dropout, in training.
    var dropout: Dropout?

    init(
        _ model: LanguageModel,
        tokenCapacity: Int,
        keyCapacity: Int,
        priority: WorkerPool.Priority,
        dropsInputs: Bool
    ) {
        let configuration = model.configuration
        self.model = model
        self.tokenCapacity = tokenCapacity
        products = Products(
            pool: model.pool,
            priority: priority,
            widest: Self.widestInput(configuration),
            tokenCapacity: tokenCapacity,
            dropsInputs: dropsInputs
        )
        attention = Attention(model, priority: priority, keyCapacity: keyCapacity)
        normed = FloatBuffer(count: tokenCapacity * configuration.width)
        hidden = FloatBuffer(count: tokenCapacity * configuration.feedForwardWidth)
        positions = .allocate(capacity: tokenCapacity)
        positions.initialize(repeating: 0, count: tokenCapacity)
    }

    deinit { positions.deallocate() }

    static func widestInput(_ configuration: ModelConfiguration) -> Int {
        Projection.allCases.map { $0.inputWidth(configuration) }.max() ?? 0
    }

    /// The floats that a pass allocates beside the layers' activations.
    static func floatCount(
        _ configuration: ModelConfiguration,
        tokenCapacity: Int,
        keyCapacity: Int,
        threads: Int,
        dropsInputs: Bool
    ) -> Int {
        tokenCapacity * (configuration.width + configuration.feedForwardWidth)
            + threads
            * (Products.scratchCount(
                widest: widestInput(configuration),
                tokenCapacity: tokenCapacity,
                dropsInputs: dropsInputs
            )
                + Attention.scratchCount(keyCapacity))
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
        products.forward(
            [term(.query, saved.query), term(.key, saved.key), term(.value, saved.value)],
            x: normed.pointer,
            T: T,
            K: C
        )
        rotate(saved.query, heads: H, T: T, direction: 1)
        rotate(saved.key, heads: K, T: T, direction: 1)
        for segment in segments { remember(segment, index, saved) }
        attention.forward(
            saved.attended,
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
        let KD = cache.width
        let source = segment.rows.lowerBound * KD
        let target = segment.firstPosition * KD
        let count = segment.rows.count * KD
        (cache.keys(layer) + target).update(from: saved.key + source, count: count)
        (cache.values(layer) + target).update(from: saved.value + source, count: count)
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
        guard let adapter, let slot = adapter.slot(layer, projection) else {
            return ProjectionTerm(weight: weight, y: y)
        }
        let parameters = adapter.parameters.pointer
        return ProjectionTerm(
            weight: weight,
            y: y,
            lowRank: ProjectionTerm.LowRank(
                a: parameters + slot.a,
                b: parameters + slot.b,
                scale: adapter.scale,
                rank: adapter.shape.rank,
                inner: saved.inner[projection.index],
                dropout: dropout.flatMap { choice in
                    choice.rate > 0 ? (choice.rate, choice.key(layer, projection)) : nil
                },
                gradient: gradients.map { ($0.pointer + slot.a, $0.pointer + slot.b) }
            )
        )
    }

    func norm(_ out: Floats, _ factor: Floats, _ x: Floats, _ weight: Weight, T: Int) {
        let C = model.configuration.width
        let epsilon = model.configuration.rmsEpsilon
        products.forEachRowTile(T) { rows in
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
        products.forEachRowTile(T) { rows in
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
        products.forEachRowTile(T) { rows in
            let start = rows.lowerBound * F
            wb_swiglu(hidden.pointer + start, saved.gate + start, saved.up + start, rows.count * F)
        }
    }

    /// y += x, both (T, C).
    func add(_ y: Floats, _ x: Floats, T: Int) {
        let C = model.configuration.width
        products.forEachRowTile(T) { rows in
            wb_add_scaled(y + rows.lowerBound * C, 1, x + rows.lowerBound * C, rows.count * C)
        }
    }
}
