public import Platform

/// What went wrong while a tokenizer was set up.
public typealias TokenizerError = CodedError<TokenizerErrorCode>

/// The kinds of failure a caller may want to tell apart.
public enum TokenizerErrorCode: ErrorCode {
    /// The vocabulary, its types, its merges or its special ids contradict each other.
    case invalidVocabulary
    /// The model names a pre-tokenizer this tokenizer does not have.
    case unsupportedPreTokenizer

    /// What it means to a target above.
    public var kind: ErrorKind { .invalid }
}
