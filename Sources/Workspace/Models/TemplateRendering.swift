/// A conversation rendered by a model's chat template.
public struct TemplateRendering: Equatable, Sendable, Codable {
    /// Bytes of one origin.
    public struct Span: Equatable, Sendable, Codable {
        /// The first byte in the text's UTF-8.
        public var start: Int
        /// The byte after the last one.
        public var end: Int
        /// The message's index; nil outside messages.
        public var message: Int?
        /// The message's role.
        public var role: String?
        /// The field with the bytes, such as `content`; nil if the template wrote them.
        public var field: String?
        /// Whether the bytes are trained on.
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
    /// The text; nil if the template failed.
    public var text: String?
    /// The origins of all bytes.
    public var spans: [Span]?
    /// The tokens, if they were requested.
    public var ids: [Int32]?
    /// The first byte of each token's text.
    public var starts: [Int]?
    /// The ids that are control tokens.
    public var controls: [Int32]?
    /// The template's error.
    public var error: String?

    /// Creates a rendering without any text yet.
    public init(file: String) {
        self.file = file
    }
}
