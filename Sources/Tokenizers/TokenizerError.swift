/// What went wrong while a tokenizer or a chat template was set up or used.
public struct TokenizerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    public enum Code: Sendable, Equatable {
        /// The vocabulary, its types, its merges or its special ids contradict each other.
        case invalidVocabulary
        /// The model names a pre-tokenizer this tokenizer does not have.
        case unsupportedPreTokenizer
        /// What is to be rendered is not a conversation.
        case invalidConversation
        /// The chat template cannot be parsed.
        case templateSyntax
        /// The chat template was parsed but failed on these messages.
        case templateRuntime
        /// The chat template refused the messages by calling `raise_exception`.
        case templateRefusal
        /// The chat template asked for more work, depth or text than is allowed.
        case templateLimit
    }

    /// The kind of failure.
    public let code: Code
    /// What happened, and to which thing.
    public let message: String
    /// What to do now, where there is something to do.
    public let hint: String?

    /// Creates an error with what happened and what to do about it.
    public init(_ code: Code, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// The message, followed by the hint.
    public var description: String {
        guard let hint else { return message }
        return "\(message) hint: \(hint)"
    }
}
