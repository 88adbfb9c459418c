public import Platform

/// What can go wrong between a model, its adapter and its input.
public typealias TransformerError = CodedError<TransformerErrorCode>

/// The kinds of failure.
public enum TransformerErrorCode: ErrorCode {
    /// A token that the vocabulary does not have.
    case unknownToken
    /// More tokens than there is room for.
    case contextTooLong
    /// The pool of keys and values has no block left.
    case cacheFull

    /// The general kind of error, for other targets.
    public var kind: ErrorKind { .failed }
}
