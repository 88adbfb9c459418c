public import Platform

/// An error of the database or of one of its stores.
public typealias StoreError = CodedError<StoreErrorCode>

/// The kinds of failure.
public enum StoreErrorCode: ErrorCode {
    /// No such experiment, run, model or request.
    case notFound
    /// Something with that name or id exists already.
    case alreadyExists
    /// A value that the store refuses, such as a changed parameter.
    case invalidValue
    /// The state of the thing does not allow this.
    case invalidState
    /// The file is not a database.
    case notADatabase
    /// The file is a damaged or truncated database.
    case corrupt
    /// The file is a database of another program.
    case foreignDatabase
    /// The store was opened read-only.
    case readOnly
    /// The file cannot be opened or created.
    case cannotOpen
    /// The disk is full.
    case diskFull
    /// Another process locked the database for longer than the time-out.
    case busy
    /// Any other failure of SQLite or of the disk.
    case storage

    /// The general kind of error, for other targets.
    public var kind: ErrorKind {
        switch self {
        case .notFound: .notFound
        case .alreadyExists, .invalidState, .busy: .conflict
        case .invalidValue: .invalid
        case .readOnly: .readOnly
        case .cannotOpen: .inaccessible
        case .diskFull: .full
        case .notADatabase, .corrupt, .foreignDatabase, .storage: .failed
        }
    }
}
