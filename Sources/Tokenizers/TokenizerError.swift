/// What went wrong while a tokenizer was set up.
public struct TokenizerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    public enum Code: Sendable, Equatable {
        /// The vocabulary, its types, its merges or its special ids contradict each other.
        case invalidVocabulary
        /// The model names a pre-tokenizer this tokenizer does not have.
        case unsupportedPreTokenizer
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
