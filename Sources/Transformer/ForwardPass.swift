internal import CKernels
internal import ModelFiles
internal import Tensors

/// The forward pass through a model's layers, as training and inference share it.
///
/// It reads like the paper: x → norm → q, k, v → rotation → attention → +,
/// then norm → gate, up → activation → down → +, some models with a norm before each +. T is the
/// number of tokens.
final class ForwardPass: @unchecked Sendable {
    // @unchecked because of the buffers: a pass is used by one thread at a time.

    /// The maximum sizes of a pass.
    struct Capacity {
        /// Tokens in one call.
        var tokens: Int
        /// Keys that a query may see.
        var keys: Int
        /// The rank of an adapter.
        var rank: Int
        /// Tokens of one sequence in a backward pass; 0 without one.
        var longestSequence = 0
        /// Tokens of all sequences in a backward pass; a common prefix counts for each sequence.
        var attended = 0
        /// Whether adapters' inputs may be dropped.
        var dropsInputs = false
        /// Whether the model's own weights are trained.
        var trainsWeights = false
        /// Whether sequences may have earlier keys and values.
        var readsCache = false
        /// Whether it decodes token by token, for which weights are copied in another order.
        var decodes = false
    }

    let model: LanguageModel
    let precision: Precision
    let tokenCapacity: Int
    /// The largest rank: the distance between rows of inputs times A.
    private let rank: Int
    let workers: Workers
    let products: any MatrixProducts
    let attention: any AttentionOperator
    let normed: FloatBuffer  // (T, C)
    let hidden: FloatBuffer  // (T, F)
    let rotationRows: UnsafeMutablePointer<Int32>  // (T), of the table of rotations
    let normalization: Normalization
    let bias: Bias
    let activation: GatedActivation
    let residual: Residual
    let embedding: Embedding
    /// Splits queries, keys and values, if one matrix computes them.
    let fusedAttention: FusedProjections?
    /// Splits gate and up, if one matrix computes them.
    let fusedFeedForward: FusedProjections?
    let fusedRoom: FloatBuffer  // (T, rows of the larger of the two)
    /// The adapters' dropout, in training.
    var dropout: Dropout?
    /// The row of the micro-batch that the pass's first row is, which dropout depends on.
    var firstRow = 0

    init(
        _ model: LanguageModel,
        _ capacity: Capacity,
        priority: WorkerPool.Priority,
        precision: Precision,
        formats: ProductFormats? = nil
    ) {
        let configuration = model.configuration
        self.model = model
        self.precision = precision
        tokenCapacity = capacity.tokens
        rank = capacity.rank
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
                keyCapacity: capacity.keys,
                readsCache: capacity.readsCache
            )
            self.attention = Self.sharing(attention, configuration, workers, capacity)
        case .fast:
            var products = Self.productCapacity(
                configuration,
                capacity,
                formats: formats ?? model.formats
            )
            if capacity.decodes { products.decoded = model.interleavedMatrices() }
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
        rotationRows = .allocate(capacity: tokenCapacity)
        rotationRows.initialize(repeating: 0, count: tokenCapacity)
        normalization = Normalization(workers: workers, epsilon: configuration.rmsEpsilon)
        bias = Bias(workers: workers)
        activation = GatedActivation(
            configuration.traits.activation,
            workers: workers,
            F: configuration.feedForwardWidth
        )
        residual = Residual(
            workers: workers,
            C: configuration.width,
            multiplier: configuration.multipliers.residual
        )
        embedding = Embedding(
            workers: workers,
            weight: model.embedding,
            multiplier: configuration.multipliers.embedding
        )
        let traits = configuration.traits
        let D = configuration.headWidth
        let KD = configuration.keyValueHeadCount * D
        let F = configuration.feedForwardWidth
        fusedAttention =
            traits.fusesAttention
            ? FusedProjections(workers: workers, widths: [configuration.headCount * D, KD, KD])
            : nil
        fusedFeedForward =
            traits.fusesFeedForward ? FusedProjections(workers: workers, widths: [F, F]) : nil
        fusedRoom = FloatBuffer(count: Self.fusedCount(configuration, T: tokenCapacity))
    }

    deinit { rotationRows.deallocate() }

    /// The operator, with support for common prefixes if the pass needs it.
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

    /// Sets the tokens' rows in the table of rotations.
    func setPositions(_ segments: [Segment]) {
        for segment in segments {
            let first = model.rotation.firstRow(length: segment.length) + segment.firstPosition
            for (i, row) in segment.rows.enumerated() { rotationRows[row] = Int32(first + i) }
        }
    }

    /// Computes one layer from `saved.x` and writes its output to `out`, (T, C).
    func layer(
        _ index: Int,
        _ saved: LayerActivations,
        out: Floats,
        T: Int,
        segments: [Segment],
        groups: [RowGroup]
    ) {
        let layer = model.layers[index]
        let configuration = model.configuration
        let (C, F) = (configuration.width, configuration.feedForwardWidth)
        let (H, K) = (configuration.headCount, configuration.keyValueHeadCount)
        let HD = H * configuration.headWidth
        let products = { (outputs: [(Projection, Floats)]) in
            self.groups(index, outputs, saved: saved, groups: groups)
        }

        let (query, key) = (
            saved.headNorms?.query ?? saved.query, saved.headNorms?.key ?? saved.key
        )
        let (all, normed) = (fusedRoom.pointer, normed.pointer)
        self.products.forward(
            products(
                fusedAttention == nil
                    ? [(.query, query), (.key, key), (.value, saved.value)] : [(.query, all)]
            ),
            x: normed,
            K: C
        ) { rows in
            normalization.forward(
                normed,
                saved.attentionFactor,
                saved.x,
                layer.attentionNorm,
                rows: rows
            )
        }
        fusedAttention?.forward(all, to: [query, key, saved.value], T: T)
        if let biases = layer.biases {
            bias.forward(query, biases.query, T: T)
            bias.forward(key, biases.key, T: T)
            bias.forward(saved.value, biases.value, T: T)
        }
        if let weights = layer.headNorms, let norms = saved.headNorms {
            normalization.forward(saved.query, norms.queryFactor, query, weights.query, T: T * H)
            normalization.forward(saved.key, norms.keyFactor, key, weights.key, T: T * K)
        }
        for (x, heads) in [(saved.query, H), (saved.key, K)] {
            model.rotation.forward(
                x,
                rows: rotationRows,
                heads: heads,
                layer: index,
                T: T,
                on: workers
            )
        }
        for segment in segments { appendToCache(segment, index, saved) }
        attention.forward(
            saved.attended,
            logSums: saved.logSums,
            query: saved.query,
            key: saved.key,
            value: saved.value,
            layer: index,
            segments: segments
        )
        self.products.forward(
            products([(.output, saved.postNorms?.attention ?? saved.middle)]),
            x: saved.attended,
            K: HD
        )
        self.products.forward(
            products(
                fusedFeedForward == nil
                    ? [(.gate, saved.gate), (.up, saved.up)] : [(.gate, all)]
            ),
            x: normed,
            K: C
        ) { rows in
            if let weights = layer.postNorms, let norms = saved.postNorms {
                normalization.forward(
                    saved.middle,
                    norms.attentionFactor,
                    norms.attention,
                    weights.attention,
                    rows: rows
                )
            }
            residual.forward(saved.middle, saved.x, rows: rows)
            normalization.forward(
                normed,
                saved.feedForwardFactor,
                saved.middle,
                layer.feedForwardNorm,
                rows: rows
            )
        }
        fusedFeedForward?.forward(all, to: [saved.gate, saved.up], T: T)
        let hidden = hidden.pointer
        self.products.forward(
            products([(.down, saved.postNorms?.feedForward ?? out)]),
            x: hidden,
            K: F
        ) { rows in
            activation.forward(hidden, saved, rows: rows)
        }
        if let weights = layer.postNorms, let norms = saved.postNorms {
            normalization.forward(
                out,
                norms.feedForwardFactor,
                norms.feedForward,
                weights.feedForward,
                T: T
            )
        }
        residual.forward(out, saved.middle, T: T)
    }

    /// The projections of rows that share an input, each group with its adapter.
    private func groups(
        _ layer: Int,
        _ outputs: [(Projection, Floats)],
        saved: LayerActivations,
        groups: [RowGroup]
    ) -> [ProductGroup] {
        groups.map { group in
            ProductGroup(
                rows: group.rows,
                terms: outputs.map { projection, y in
                    term(
                        layer,
                        projection,
                        y: y,
                        saved: saved,
                        adapter: group.adapter,
                        row: group.rows.lowerBound
                    )
                },
                arithmetic: group.arithmetic
            )
        }
    }

    /// Appends a segment's keys and values to its cache, if it has one.
    private func appendToCache(_ segment: Segment, _ layer: Int, _ saved: LayerActivations) {
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

    /// One projection's part in a product of the rows from `row` on.
    func term(
        _ layer: Int,
        _ projection: Projection,
        y: Floats,
        saved: LayerActivations,
        adapter: LoRA?,
        row: Int = 0,
        gradients: FloatBuffer? = nil
    ) -> ProjectionTerm {
        let weight = model.layers[layer].weight(projection)
        let y = y + row * weight.rows
        let isSensitive = projection.feedsAttention
        guard let adapter, let slot = adapter.slot(layer, projection) else {
            var term = ProjectionTerm(weight: weight, y: y, isSensitive: isSensitive)
            if let gradients, let role = projection.role(model.configuration) {
                term.weightGradient = weightGradient(role, layer, in: gradients)
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
                inner: saved.inner[projection.index] + row * rank,
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
}
