public import Inference

/// A model that was derived from another one.
public struct MadeModel: Equatable, Sendable, Codable {
    /// Its file or folder.
    public var path: String
    /// The name of the installed model; nil if the file is not in the models folder.
    public var name: String?
    /// Its size in bytes.
    public var byteCount: Int64
    /// The size of its source in bytes.
    public var sourceByteCount: Int64
    /// Tensors with another type than requested, because their rows are not a whole number of
    /// blocks.
    public var fallbacks: [String]
    /// The comparison with its source; nil if not requested.
    public var parity: ParityReport?
}

/// A request to derive a model from another one.
public struct ModelMaking: Equatable, Sendable {
    /// The format of a model.
    public enum Format: String, Sendable, CaseIterable {
        /// One file.
        case gguf
        /// The folder of a Hugging Face model.
        case safetensors
    }

    /// The model: a name, a GGUF file or a folder.
    public var model: String
    /// The adapter to merge, a folder or a LoRA in GGUF; nil for none.
    public var adapter: String?
    /// The type, such as `Q4_K_M`; nil for that of the source, or F16 if an adapter is merged into
    /// a quantized model.
    public var type: String?
    /// The path of the result; nil for the models folder.
    public var output: String?
    /// The format; nil for GGUF if `output` is nil or ends with `.gguf`, otherwise a folder.
    public var format: Format?
    /// Whether a quantized model may be quantized again.
    public var allowsRequantizing = false
    /// Whether an existing file is replaced.
    public var replaces = false
    /// Whether the result is compared with its source.
    public var compares = true

    /// Creates a request to derive a model from `model`.
    public init(model: String) { self.model = model }
}

/// A converted adapter.
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
