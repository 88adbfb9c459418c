/// What a token is for.
///
/// Raw values are those of GGUF's `tokenizer.ggml.token_type`.
public enum TokenType: Int32, Sendable, CaseIterable {
    /// A piece of text, written in the vocabulary's alphabet.
    case normal = 1
    /// Stands for what cannot be tokenized.
    case unknown = 2
    /// Structures the conversation (`<|im_end|>`); never a part of anybody's text.
    case control = 3
    /// Text that is always one token, written literally.
    case userDefined = 4
    /// A place in the embedding that has no text.
    case unused = 5
    /// One byte, written as `<0xNN>`.
    case byte = 6

    /// Whether text can become this token without naming it.
    var isText: Bool {
        switch self {
        case .normal, .userDefined, .byte: true
        case .unknown, .control, .unused: false
        }
    }
}

/// The tokens of a model as its file stores them; a token's id is its place.
public struct Vocabulary: Sendable, Equatable {
    /// The stored texts: normal tokens in the vocabulary's alphabet, others literally.
    public var tokens: [[UInt8]]
    /// One type a token.
    public var types: [TokenType]

    /// Creates a vocabulary from stored texts and their types, both of the same count.
    public init(tokens: [[UInt8]], types: [TokenType]) {
        self.tokens = tokens
        self.types = types
    }
}
