public import Platform

/// What the registry refuses, in words for the person who asked.
///
/// Failures of the database itself come as the store's `TrackingError`.
public typealias RegistryError = CodedError<RegistryErrorCode>

/// The kinds of refusal a caller may want to tell apart.
public enum RegistryErrorCode: ErrorCode {
    /// No such model, version or alias.
    case notFound
    /// A model of that name is there already.
    case alreadyExists
    /// A name, stage or reference that cannot be.
    case invalidValue
    /// There is nothing to roll back to, to undo or to redo.
    case nothingBefore
    /// Something was changed in the meantime.
    case conflict
    /// The version does not pass the model's gate; the message names what it fails.
    case refused

    /// What it means to a target above.
    public var kind: ErrorKind {
        switch self {
        case .notFound: .notFound
        case .invalidValue: .invalid
        case .alreadyExists, .nothingBefore, .conflict, .refused: .conflict
        }
    }
}
