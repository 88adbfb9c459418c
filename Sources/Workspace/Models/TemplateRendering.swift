/// A conversation as a model's chat template writes it.
public struct TemplateRendering: Equatable, Sendable, Codable {
    /// Bytes of one origin.
    public struct Span: Equatable, Sendable, Codable {
        /// The first byte in the text's UTF-8.
        public var start: Int
        /// The byte behind the last one.
        public var end: Int
        /// The message's place; nil outside messages.
        public var message: Int?
        /// The message's role.
        public var role: String?
        /// What the bytes were taken from, such as `content`; nil if the template wrote them.
        public var field: String?
        /// Whether an assistant is trained on the bytes.
        public var isTarget: Bool

        /// Creates a span.
        public init(
            start: Int,
            end: Int,
            message: Int?,
            role: String?,
            field: String?,
            isTarget: Bool
        ) {
            self.start = start
            self.end = end
            self.message = message
            self.role = role
            self.field = field
            self.isTarget = isTarget
        }
    }

    /// The file of the conversation.
    public var file: String
    /// The text; nil where the template failed.
    public var text: String?
    /// The origins of all bytes.
    public var spans: [Span]?
    /// The tokens, if the model's tokenizer was asked.
    public var ids: [Int32]?
    /// For each token its text's first byte.
    public var starts: [Int]?
    /// Those of the ids that are control tokens.
    public var controls: [Int32]?
    /// Why there is no text.
    public var error: String?

    /// Creates a rendering without any text yet.
    public init(file: String) {
        self.file = file
    }
}
