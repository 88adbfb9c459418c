internal import Glibc

/// An error of the system, with the file and what to do.
public typealias PlatformError = CodedError<PlatformErrorCode>

/// The kinds of failure of files, locks, threads and programs.
public enum PlatformErrorCode: ErrorCode {
    /// The name is in use.
    case exists
    /// No space is left on the device, or in the user's quota.
    case full
    /// The name cannot be that of a file: a folder, an empty text, or in a missing folder.
    case invalid
    /// There is no such file.
    case notFound
    /// The work queue is closed.
    case closed
    /// Any other failure of the system.
    case failed

    /// The general kind of error, for other targets.
    public var kind: ErrorKind {
        switch self {
        case .exists, .closed: .conflict
        case .full: .full
        case .invalid: .invalid
        case .failed, .notFound: .inaccessible
        }
    }
}

extension CodedError<PlatformErrorCode> {
    /// The error for an `errno`.
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
        case EEXIST, ENOTEMPTY: self.init(.exists, message)
        default: self.init(.failed, message)
        }
    }

    /// The error for an `errno` of writing a file.
    package init(writing path: String, _ number: Int32 = errno) {
        self.init("\(path) cannot be written", number)
        if number == ENOENT || number == ENOTDIR {
            code = .invalid
            hint = "Check that its folder exists."
        }
    }
}
