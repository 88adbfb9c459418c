internal import Glibc

/// A lock on a file or folder that a process makes for a while.
///
/// The kernel frees it when the process ends, however that comes about: what nobody holds any more
/// was left over.
package struct PathHold: ~Copyable {
    private let descriptor: Int32

    /// Holds what is at a path until this value ends.
    package init(_ path: String) {
        descriptor = Self.open(path)
        if descriptor >= 0 { _ = FileLock.attempt(.exclusive, on: descriptor) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Whether nobody holds what is at a path, and it was last written so many seconds ago or more.
    ///
    /// What is younger may be about to be held.
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
