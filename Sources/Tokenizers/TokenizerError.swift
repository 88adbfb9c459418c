public import Platform

/// An error in the definition of a tokenizer.
public typealias TokenizerError = CodedError<TokenizerErrorCode>

/// The kinds of failure.
public enum TokenizerErrorCode: ErrorCode {
    /// The vocabulary, its types, its merges or its special ids contradict each other.
    case invalidVocabulary
    /// The model's pre-tokenizer is not supported.
    case unsupportedPreTokenizer

    /// The general kind of error, for other targets.
    public var kind: ErrorKind { .invalid }
}
