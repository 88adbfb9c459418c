/// A base model as a row of a list.
public struct ModelSummary: Equatable, Sendable, Codable, Identifiable {
    /// The catalogue's name, or the file's name.
    public var name: String
    /// The full name, for display.
    public var title: String
    /// The path of the file; nil if not installed.
    public var path: String?
    /// The size of the file, or of the download, in bytes.
    public var byteCount: Int64
    /// The type, such as `Q4_1`; nil if only opening the file would tell.
    public var quantization: String?
    /// The license.
    public var license: String?
    /// Whether the catalogue has a source for it.
    public var isInCatalogue: Bool

    /// The name.
    public var id: String { name }
    /// Whether it is installed.
    public var isInstalled: Bool { path != nil }

    /// Creates a summary.
    public init(
        name: String,
        title: String,
        path: String?,
        byteCount: Int64,
        quantization: String?,
        license: String?,
        isInCatalogue: Bool
    ) {
        self.name = name
        self.title = title
        self.path = path
        self.byteCount = byteCount
        self.quantization = quantization
        self.license = license
        self.isInCatalogue = isInCatalogue
    }
}

/// The contents of a model's file.
public struct ModelDetail: Equatable, Sendable, Codable {
    /// The model as a row of the list.
    public var summary: ModelSummary
    /// The architecture, such as `llama`.
    public var architecture: String
    /// Number of parameters.
    public var parameterCount: Int
    /// Layers.
    public var layerCount: Int
    /// Model width.
    public var width: Int
    /// Query heads.
    public var headCount: Int
    /// Key and value heads.
    public var keyValueHeadCount: Int
    /// Feed-forward width.
    public var feedForwardWidth: Int
    /// Tokens in the vocabulary.
    public var vocabularySize: Int
    /// Tokens that its files add without a row for them: no text is encoded with them.
    public var tokensBeyondModel: [String]
    /// The longest context it was trained for.
    public var contextLength: Int
    /// The chat template's source.
    public var chatTemplate: String?

    /// Creates a detail.
    public init(
        summary: ModelSummary,
        architecture: String,
        parameterCount: Int,
        layerCount: Int,
        width: Int,
        headCount: Int,
        keyValueHeadCount: Int,
        feedForwardWidth: Int,
        vocabularySize: Int,
        tokensBeyondModel: [String] = [],
        contextLength: Int,
        chatTemplate: String?
    ) {
        self.summary = summary
        self.architecture = architecture
        self.parameterCount = parameterCount
        self.layerCount = layerCount
        self.width = width
        self.headCount = headCount
        self.keyValueHeadCount = keyValueHeadCount
        self.feedForwardWidth = feedForwardWidth
        self.vocabularySize = vocabularySize
        self.tokensBeyondModel = tokensBeyondModel
        self.contextLength = contextLength
        self.chatTemplate = chatTemplate
    }
}
