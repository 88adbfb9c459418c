public import Platform

/// An error of the registry.
///
/// Failures of the database itself are `TrackingError`s.
public typealias RegistryError = CodedError<RegistryErrorCode>

/// The kinds of failure.
public enum RegistryErrorCode: ErrorCode {
    /// No such model, version or alias.
    case notFound
    /// A model with that name exists already.
    case alreadyExists
    /// An invalid name, stage or reference.
    case invalidValue
    /// There is nothing to roll back to, to undo or to redo.
    case nothingBefore
    /// Something was changed in the meantime.
    case conflict
    /// The version does not pass the model's gate; the message names the failed conditions.
    case refused

    /// The general kind of error, for other targets.
    public var kind: ErrorKind {
        switch self {
        case .notFound: .notFound
        case .invalidValue: .invalid
        case .alreadyExists, .nothingBefore, .conflict, .refused: .conflict
        }
    }
}
