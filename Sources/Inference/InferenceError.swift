public import Platform

/// Why an answer or a score could not be computed.
public typealias InferenceError = CodedError<InferenceErrorCode>

/// The kind of the failure.
public enum InferenceErrorCode: ErrorCode {
    /// A setting is out of range.
    case configuration
    /// The prompt holds no token, or one the model does not know.
    case prompt
    /// The prompt leaves no room for an answer.
    case contextTooLong
    /// The model computed something that is not a number.
    case brokenLogits

    /// The general kind of error, for other targets.
    public var kind: ErrorKind { .invalid }
}
