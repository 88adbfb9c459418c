public import Inference

/// A model that was derived from another one.
public struct MadeModel: Equatable, Sendable, Codable {
    /// Its file or folder.
    public var path: String
    /// The name it is used by; nil for a file elsewhere than among the installed models.
    public var name: String?
    /// Its size in bytes.
    public var byteCount: Int64
    /// The bytes of what it was made of.
    public var sourceByteCount: Int64
    /// Tensors that got another type than was asked for, since their rows are no whole blocks.
    public var fallbacks: [String]
    /// How far it answers as what it was made of; nil where that was not asked for.
    public var parity: ParityReport?
}

/// How a model is derived from another one.
public struct ModelMaking: Equatable, Sendable {
    /// What a model is written as.
    public enum Format: String, Sendable, CaseIterable {
        /// One file.
        case gguf
        /// The folder of a Hugging Face model.
        case safetensors
    }

    /// The model: a name, a GGUF file or a folder.
    public var model: String
    /// An adapter to be merged into it, a folder or a LoRA in GGUF; nil for none.
    public var adapter: String?
    /// The type, such as `Q4_K_M`; nil for that of the source, or F16 where an adapter is merged
    /// into a quantized one.
    public var type: String?
    /// Where the result will be; nil for among the installed models.
    public var output: String?
    /// What it is written as; nil for GGUF where `output` is nil or ends so, else a folder.
    public var format: Format?
    /// Whether a quantized model may be quantized again.
    public var allowsRequantizing = false
    /// Whether a file of the name of the result is replaced.
    public var replaces = false
    /// Whether the result is compared with its source.
    public var compares = true

    /// Makes a model of `model`.
    public init(model: String) { self.model = model }
}

/// An adapter that was written in another layout.
public struct ConvertedAdapter: Equatable, Sendable, Codable {
    /// Its folder, in PEFT's layout, or its GGUF file.
    public var path: String
    /// The rank of its matrices.
    public var rank: Int
    /// The numerator of its scale.
    public var alpha: Double
    /// The projections that it changes.
    public var targets: [String]
}

extension ParityReport {
    /// The result of the comparison, for user interfaces, which do not import the engine.
    ///
    /// Divergences are in nats; the agreement is a share, 0 to 1.
    public var figures:
        (
            hasSameTokens: Bool, topAgreement: Double, meanDivergence: Double,
            largestDivergence: Double, perplexity: Double, sourcePerplexity: Double
        )
    {
        (
            hasSameTokens, topAgreement, meanDivergence, largestDivergence, perplexity,
            sourcePerplexity
        )
    }
}
