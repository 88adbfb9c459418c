/// The type of a token.
///
/// Raw values are those of GGUF's `tokenizer.ggml.token_type`.
public enum TokenType: Int32, Sendable, CaseIterable {
    /// A piece of text, written in the vocabulary's alphabet.
    case normal = 1
    /// Represents text that cannot be tokenized.
    case unknown = 2
    /// Structures the conversation (`<|im_end|>`); never a part of user text.
    case control = 3
    /// Text that is always one token, stored literally.
    case userDefined = 4
    /// A row of the embedding without text.
    case unused = 5
    /// One byte, stored as `<0xNN>`.
    case byte = 6

    /// Whether ordinary text can be encoded to this token.
    var isText: Bool {
        switch self {
        case .normal, .userDefined, .byte: true
        case .unknown, .control, .unused: false
        }
    }
}

/// The tokens of a model as stored in its file; a token's id is its index.
public struct Vocabulary: Sendable, Equatable {
    /// The stored texts: normal tokens in the vocabulary's alphabet, others literally.
    public var tokens: [[UInt8]]
    /// One type per token.
    public var types: [TokenType]

    /// Creates a vocabulary from stored texts and their types, both with the same count.
    public init(tokens: [[UInt8]], types: [TokenType]) {
        self.tokens = tokens
        self.types = types
    }
}
