public import Inference

/// A model that was made of another one.
public struct MadeModel: Equatable, Sendable, Codable {
    /// Its file.
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

/// How a model is made of another one.
public struct ModelMaking: Equatable, Sendable {
    /// The model: a name, a GGUF file or a folder.
    public var model: String
    /// An adapter's folder to be merged into it; nil for none.
    public var adapter: String?
    /// The type, such as `Q4_K_M`; nil for that of the source, or F16 where an adapter is merged
    /// into a quantized one.
    public var type: String?
    /// Where the file will be; nil for among the installed models.
    public var output: String?
    /// Whether a quantized model may be quantized again.
    public var allowsRequantizing = false
    /// Whether the result is compared with its source.
    public var compares = true

    /// Makes a model of `model`.
    public init(model: String) { self.model = model }
}
