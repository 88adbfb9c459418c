internal import Glibc

/// Why the system refused something, to which file, and what to do.
public struct PlatformError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure, for code that reacts to it.
    public enum Code: Sendable {
        /// Something has the name already.
        case exists
        /// No room is left on the device, or in the user's share of it.
        case full
        /// The name cannot be that of a file: a folder, an empty text, a folder that is not there.
        case invalid
        /// Nothing has the name.
        case notFound
        /// The work queue or lock is closed.
        case closed
        /// The system refused, or failed.
        case failed
    }

    /// The kind of failure.
    public var code: Code
    /// What happened, to which file.
    public var message: String
    /// What to do now, where that is known.
    public var hint: String?

    /// Creates an error from its parts.
    public init(_ code: Code, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// The message, followed by the hint where there is one.
    public var description: String { hint.map { "\(message) hint: \($0)" } ?? message }

    /// The error that an `errno` stands for.
    ///
    /// - Parameters:
    ///   - what: What failed, such as "The folder /data cannot be created".
    ///   - number: The `errno`; by default that of the last call.
    package init(_ what: String, _ number: Int32 = errno) {
        let message = "\(what): \(systemMessage(number))."
        switch number {
        case ENOSPC, EDQUOT:
            self.init(
                .full,
                message,
                hint: "Free some room, or choose a folder on another disk."
            )
        case EFBIG:
            self.init(.full, message, hint: "Raise the limit of file sizes (`ulimit -f`).")
        case EACCES, EPERM, EROFS:
            self.init(
                .failed,
                message,
                hint: "Check that the file and its folder are yours to use."
            )
        case ENOENT, ENOTDIR: self.init(.notFound, message)
        case EEXIST: self.init(.exists, message)
        default: self.init(.failed, message)
        }
    }

    /// What an `errno` means for a file that was to be written.
    package init(writing path: String, _ number: Int32 = errno) {
        self.init("\(path) cannot be written", number)
        if number == ENOENT || number == ENOTDIR {
            code = .invalid
            hint = "Check that its folder exists."
        }
    }
}
