public import Platform

/// An error of a training run.
public typealias TrainingError = CodedError<TrainingErrorCode>

/// The kinds of failure.
public enum TrainingErrorCode: ErrorCode {
    /// A setting is out of range or contradicts another one.
    case configuration
    /// An example cannot be trained on.
    case example
    /// The loss or the gradient became infinite or not a number.
    case diverged
    /// A checkpoint is incomplete or altered.
    case damagedCheckpoint
    /// A checkpoint belongs to other data, another model or another configuration.
    case resumeMismatch
    /// A file could not be read or written.
    case file

    /// The general kind of error, for other targets.
    public var kind: ErrorKind {
        switch self {
        case .configuration, .example: .invalid
        case .resumeMismatch: .conflict
        case .diverged, .damagedCheckpoint, .file: .failed
        }
    }
}
