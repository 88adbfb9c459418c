internal import Glibc

/// Why the system refused something, to which file, and what to do.
public typealias PlatformError = CodedError<PlatformErrorCode>

/// The kinds of failure of files, locks, threads and programs.
public enum PlatformErrorCode: ErrorCode {
    /// Something has the name already.
    case exists
    /// No room is left on the device, or in the user's share of it.
    case full
    /// The name cannot be that of a file: a folder, an empty text, a folder that is not there.
    case invalid
    /// Nothing has the name.
    case notFound
    /// The work queue is closed.
    case closed
    /// The system refused, or failed.
    case failed

    /// What it means to a target above.
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
        case EEXIST, ENOTEMPTY: self.init(.exists, message)
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
