public import ModelFiles
import Platform
import Synchronization
public import Tensors

/// A model ready to compute: its weights, read from the mapped file, and the tables that follow
/// from its sizes.
///
/// C is the model's width, H the number of heads, K of key/value heads, D a
/// head's width, F the feed-forward width, V the vocabulary's size, L the
/// number of layers.
public final class LanguageModel: Sendable {
    struct Layer: Sendable {
        let attentionNorm: Weight  // (C)
        /// Added to queries, keys and values, where the architecture has biases.
        let biases: (query: Weight, key: Weight, value: Weight)?  // (H*D), (K*D), (K*D)
        /// Where the architecture normalizes each head's query and key.
        let headNorms: (query: Weight, key: Weight)?  // (D)
        let feedForwardNorm: Weight  // (C)
        /// Where the architecture normalizes the outputs of attention and the feed-forward network.
        let postNorms: (attention: Weight, feedForward: Weight)?  // (C)
        /// By the index of their projection; nil if the matrix of another projection computes it.
        let matrices: [Weight?]

        /// All of them.
        var weights: [Weight] {
            let vectors = [
                attentionNorm, feedForwardNorm, biases?.query, biases?.key, biases?.value,
                headNorms?.query, headNorms?.key, postNorms?.attention, postNorms?.feedForward,
            ]
            return (matrices + vectors).compactMap(\.self)
        }

        func weight(_ projection: Projection) -> Weight {
            guard let weight = matrices[projection.index] else {
                preconditionFailure("\(projection) has no matrix of its own")
            }
            return weight
        }
    }

    /// The file of the weights.
    public let file: ModelFile
    /// The threads that compute.
    public let pool: WorkerPool
    /// What passes in `fast` precision multiply in, unless they are made for something else.
    public let formats: ProductFormats
    /// Whether matrices of the layers are held in NF4, in memory of their own.
    public let usesNormalFloat: Bool
    /// The weights in memory, if they are trained; nil if they are read from the file.
    public let parameters: ModelParameters?
    /// The model's sizes.
    public var configuration: ModelConfiguration { file.configuration }

    let layers: [Layer]
    let embedding: Weight  // (V, C)
    let outputNorm: Weight  // (C)
    let head: Weight  // (V, C)
    let rotation: Rotation
    private let interleaved = Mutex(KnownCopies())

    /// Opens the weights of `file`; they are copied only if they are converted to NF4 or trained.
    ///
    /// - Parameters:
    ///   - file: The model.
    ///   - pool: The threads that compute.
    ///   - usesNormalFloat: Whether the seven matrices of each layer are held in NF4 with quantized
    ///     scales, in memory, as QLoRA does (arXiv 2305.14314); those that the file has quantized
    ///     stay as they are.
    ///   - isTrained: Whether the weights are held in float32, in memory, to be trained.
    ///   - formats: What `fast` precision multiplies in; nil for what this process uses.
    /// - Throws: `ModelFileError` if a weight is missing, `TensorError` if
    ///   OpenBLAS is not installed, if `WORKBENCH_ISA` or `WORKBENCH_GEMM` has an unknown value, or if a matrix cannot
    ///   be held in NF4.
    public init(
        _ file: ModelFile,
        pool: WorkerPool = .shared,
        usesNormalFloat: Bool = false,
        isTrained: Bool = false,
        formats: ProductFormats? = nil
    ) throws {
        precondition(!(usesNormalFloat && isTrained), "weights in NF4 cannot be trained")
        try InstructionSet.check()
        try BLAS.load()
        self.formats = try formats ?? .ofThisProcess()
        self.file = file
        self.pool = pool
        self.usesNormalFloat = usesNormalFloat
        let traits = file.configuration.traits
        let parameters = isTrained ? try ModelParameters(file, on: pool) : nil
        self.parameters = parameters
        func weight(_ role: TensorRole, _ layer: Int = 0) throws -> Weight {
            try parameters?.weight(role, layer: layer) ?? file.weight(role, layer: layer)
        }
        func matrix(_ role: TensorRole, _ layer: Int = 0) throws -> Weight {
            if let parameters { return parameters.weight(role, layer: layer) }
            let weight = try file.weight(role, layer: layer)
            guard usesNormalFloat, !weight.type.isQuantized else { return weight }
            return try NormalFloatMatrix(quantizing: weight, on: pool).weight
        }
        layers = try (0..<file.configuration.layerCount).map { layer in
            try Layer(
                attentionNorm: weight(.attentionNorm, layer),
                biases: traits.hasAttentionBiases
                    ? (
                        weight(.queryBias, layer), weight(.keyBias, layer),
                        weight(.valueBias, layer)
                    ) : nil,
                headNorms: traits.hasHeadNorms
                    ? (weight(.queryNorm, layer), weight(.keyNorm, layer)) : nil,
                feedForwardNorm: weight(.feedForwardNorm, layer),
                postNorms: traits.hasPostNorms
                    ? (weight(.attentionPostNorm, layer), weight(.feedForwardPostNorm, layer))
                    : nil,
                matrices: Projection.allCases.map {
                    try $0.role(file.configuration).map { try matrix($0, layer) }
                }
            )
        }
        // These two stay in their own type under NF4, as they do in QLoRA.
        embedding = try weight(.tokenEmbedding)
        outputNorm = try weight(.outputNorm)
        head = try weight(.output)
        rotation = Rotation(file)
    }

    /// The bytes of the weights; the file's size if they are read from it.
    public var weightByteCount: Int {
        if let parameters { return parameters.buffer.count * MemoryLayout<Float>.stride }
        guard usesNormalFloat else { return file.byteCount }
        // A tied output matrix is the embedding.
        let ends = [embedding, outputNorm] + (configuration.tiesEmbeddings ? [] : [head])
        return (layers.flatMap(\.weights) + ends).reduce(0) { $0 + $1.bytes.count }
    }

    /// The matrices that each token is multiplied by.
    var matrices: [Weight] {
        layers.flatMap { $0.matrices.compactMap(\.self) } + [head]
    }

    /// The bytes of the copies that a pass of that precision holds while it decodes.
    public func decodingByteCount(_ precision: Precision) -> Int {
        precision == .fast ? matrices.reduce(0) { $0 + $1.interleavedByteCount } : 0
    }

    /// The copies of the matrices that decoding reads; all passes share them, and they are freed with
    /// the last.
    func interleavedMatrices() -> InterleavedWeights {
        interleaved.withLock { known in
            if let copies = known.copies { return copies }
            let copies = InterleavedWeights(matrices, on: pool)
            known.copies = copies
            return copies
        }
    }

    private struct KnownCopies { weak var copies: InterleavedWeights? }

    /// Checks that each of `tokens` is in the vocabulary.
    func check(_ tokens: some Sequence<Int32>) throws {
        let V = configuration.vocabularySize
        for token in tokens where token < 0 || Int(token) >= V {
            throw TransformerError(
                .unknownToken,
                "Token \(token) is outside the vocabulary of \(V) tokens.",
                hint: "use the tokenizer of this model"
            )
        }
    }
}
