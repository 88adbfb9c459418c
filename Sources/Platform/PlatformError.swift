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

    /// What an `errno` means for a file that was to be written.
    init(writing path: String, _ number: Int32) {
        let reason = String(cString: strerror(number))
        let what = "\(path) cannot be written: \(reason)."
        switch number {
        case ENOSPC, EDQUOT: self.init(.full, what, hint: "Free some room, or name another disk.")
        case ENOENT, ENOTDIR:
            self.init(.invalid, what, hint: "Check that its folder exists.")
        case EACCES, EPERM, EROFS:
            self.init(.failed, what, hint: "Check that its folder is yours to write.")
        case EFBIG: self.init(.full, what, hint: "Raise the limit of file sizes (ulimit -f).")
        default: self.init(.failed, what)
        }
    }
}
