public import Platform

/// What went wrong with the database or in one of its stores, in words for the person who asked.
public typealias StoreError = CodedError<StoreErrorCode>

/// The kinds of failure a caller may want to tell apart.
public enum StoreErrorCode: ErrorCode {
    /// No such experiment, run, model or request.
    case notFound
    /// Something of that name or id is there already.
    case alreadyExists
    /// A value that the store refuses, such as a changed parameter.
    case invalidValue
    /// The thing is not in a state that allows this.
    case invalidState
    /// The file holds something else than a database.
    case notADatabase
    /// The file is a database, damaged or cut short.
    case corrupt
    /// The file is a database of another program.
    case foreignDatabase
    /// The store was opened for reading alone.
    case readOnly
    /// The file cannot be opened or created.
    case cannotOpen
    /// The disk is full.
    case diskFull
    /// Another process held the database for longer than the time-out.
    case busy
    /// Any other failure of SQLite or of the disk.
    case storage

    /// What it means to a target above.
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
