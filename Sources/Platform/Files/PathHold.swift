internal import Glibc

/// A lock on a temporary file or folder.
///
/// The kernel releases it when the process ends, in whatever way: an unlocked one was left over.
package struct PathHold: ~Copyable {
    private let descriptor: Int32

    /// Locks the file at a path until this value ends.
    package init(_ path: String) {
        descriptor = Self.open(path)
        if descriptor >= 0 { _ = FileLock.attempt(.exclusive, on: descriptor) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Whether the file at a path is not locked, and was last written at least `seconds` ago.
    ///
    /// A younger one may be about to be locked.
    package static func isAbandoned(_ path: String, after seconds: Int) -> Bool {
        let descriptor = open(path)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard FileLock.attempt(.exclusive, on: descriptor) == 0 else { return false }
        guard let status = FileStatus(descriptor: descriptor) else { return false }
        return time(nil) - status.modified.seconds > seconds
    }

    private static func open(_ path: String) -> Int32 {
        Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    }
}
