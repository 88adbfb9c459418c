internal import Glibc
public import Tensors
public import Tokenizers

/// A randomly initialized model, to be trained from scratch.
///
/// Matrices are normal with the deviation 0.02, those that write to the
/// residual stream smaller by the root of twice the layers, as GPT-2's are;
/// norms are 1. Source: Radford et al., "Language Models are Unsupervised
/// Multitask Learners", 2019.
public struct RandomModel: Sendable {
    /// Its sizes; the vocabulary's size is that of `words`.
    public let configuration: ModelConfiguration
    /// Its tokenizer.
    public let words: TokenizerDefinition
    /// Its chat template; nil for none.
    public let template: String?
    /// The type of its matrices: F32, F16 or BF16.
    public let type: ElementType
    /// The seed of the initialization.
    public let seed: UInt64

    private static let deviation = 0.02

    /// Creates a model.
    public init(
        configuration: ModelConfiguration,
        words: TokenizerDefinition,
        template: String?,
        type: ElementType = .f16,
        seed: UInt64 = 0
    ) {
        precondition([.f32, .f16, .bf16].contains(type), "a model to be trained is not quantized")
        precondition(
            words.vocabulary.tokens.count == configuration.vocabularySize,
            "the vocabulary has \(words.vocabulary.tokens.count) tokens"
        )
        self.configuration = configuration
        self.words = words
        self.template = template
        self.type = type
        self.seed = seed
    }

    /// Writes it as a GGUF file, all or nothing, flushed to the disk.
    ///
    /// - Throws: `ModelFileError` if GGUF cannot express the tokenizer, or if the disk lacks
    ///   space.
    public func write(to path: String) throws {
        var writer = GGUFWriter()
        for (key, value) in CheckpointConversion.settings(configuration, type: type.name) {
            writer.set(key, value)
        }
        let vocabulary = GGUFVocabulary(words, template: template, path: path)
        for (key, value) in try vocabulary.metadata() { writer.set(key, value) }
        let parts = TensorRole.allCases.filter { $0.isUsed(configuration) }.flatMap { role in
            (0..<(role.isInEachLayer ? configuration.layerCount : 1)).map { (role, $0) }
        }
        writer.tensors = parts.map { role, layer in
            GGUFWriter.Tensor(
                name: role.ggufName(layer: layer),
                shape: role.shape(configuration),
                type: role.isVector ? .f32 : type
            )
        }
        let random = CounterRandom(seed: seed, purpose: .modelInitialization)
        try writer.write(to: path) { index, sink in
            let (role, _) = parts[index]
            let count = role.shape(configuration).reduce(1, *)
            let type = role.isVector ? ElementType.f32 : type
            // A few rows at a time, so that the largest matrix takes little memory.
            let atOnce = 1 << 16
            for start in stride(from: 0, to: count, by: atOnce) {
                let places = start..<min(count, start + atOnce)
                let numbers = FloatBuffer(
                    places.map { number(role, random, tensor: index, place: $0) }
                )
                let bytes = AlignedMemory(byteCount: type.byteCount(elements: places.count))
                type.quantize(numbers.pointer, count: places.count, into: bytes.pointer)
                try withExtendedLifetime((numbers, bytes)) {
                    try sink.write(
                        UnsafeRawBufferPointer(
                            start: bytes.pointer,
                            count: type.byteCount(elements: places.count)
                        )
                    )
                }
            }
        }
    }

    private func number(
        _ role: TensorRole,
        _ random: CounterRandom,
        tensor: Int,
        place: Int
    ) -> Float {
        if role.isNorm { return 1 }
        switch role {
        case .queryBias, .keyBias, .valueBias: return 0
        default:
            let writes = role == .attentionOutput || role == .down
            let share = writes ? (2 * Double(configuration.layerCount)).squareRoot() : 1
            return Float(random.normal(step: tensor, index: place) * Self.deviation / share)
        }
    }
}
