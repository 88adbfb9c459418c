/// What went wrong in a workspace, to which thing, and what to do about it.
public struct WorkspaceError: Error, Sendable, Equatable, Codable, CustomStringConvertible {
    /// The kind of failure, for code that reacts to it.
    public enum Code: String, Sendable, Codable {
        /// The folder lies on a file system where SQLite's log would be corrupted.
        case networkFileSystem
        /// The folder or a file in it cannot be created, read or written.
        case inaccessible
        /// No room is left on the device.
        case full
        /// The workspace was opened for reading, or its database can only be read.
        case readOnly
        /// No such run, model, dataset, version or alias.
        case notFound
        /// A name or prefix fits several things.
        case ambiguous
        /// The thing is in a state that does not allow this.
        case conflict
        /// The given value cannot be used.
        case invalid
        /// The caller or the user ended it.
        case cancelled
        /// A part below failed; the message is that part's own.
        case failed
    }

    /// The kind of failure.
    public var code: Code
    /// What happened, to which thing.
    public var message: String
    /// What to do now, where that is known.
    public var hint: String?
    /// A line for each of the things at fault, such as the broken rows of a file; nil for one.
    public var details: [String]?

    /// Creates an error from its parts.
    public init(_ code: Code, _ message: String, hint: String? = nil, details: [String]? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
        self.details = details
    }

    /// The message, followed by the hint where there is one.
    public var description: String {
        if let hint { "\(message) hint: \(hint)" } else { message }
    }
}
