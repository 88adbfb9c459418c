/// What went wrong with the database or in one of its stores, in words for the person who asked.
public struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    public enum Code: Sendable, Equatable {
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
    }

    /// The kind of failure.
    public var code: Code
    /// What happened, to which thing.
    public var message: String
    /// What to do now, where there is something to do.
    public var hint: String?

    /// Creates an error from its parts.
    public init(_ code: Code, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// The message, and the hint where there is one.
    public var description: String {
        hint.map { "\(message) hint: \($0)" } ?? message
    }
}
