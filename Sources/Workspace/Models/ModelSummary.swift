/// A base model as a row of a list.
public struct ModelSummary: Equatable, Sendable, Codable, Identifiable {
    /// The catalogue's name for it, or the file's name.
    public var name: String
    /// The name in full, for people.
    public var title: String
    /// Where the file is; nil when it is not installed.
    public var path: String?
    /// Bytes of the file, or of the download.
    public var byteCount: Int64
    /// Such as `Q4_1`; nil where only opening the file would tell.
    public var quantization: String?
    /// Under which terms it may be used.
    public var license: String?
    /// Whether the catalogue knows where to get it.
    public var isInCatalogue: Bool

    /// The name.
    public var id: String { name }
    /// Whether it can be used now.
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

/// What is in a model's file.
public struct ModelDetail: Equatable, Sendable, Codable {
    /// The model as a row of the list.
    public var summary: ModelSummary
    /// Such as `llama`.
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
    /// Tokens the vocabulary holds.
    public var vocabularySize: Int
    /// Tokens that its files add although it has no row for them: no text gets them.
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
