import Glibc
import Synchronization

/// A folder in which a copy of data is written before it takes its place.
///
/// It is called `.DIGEST.PROCESS.NUMBER` and locked as long as its process writes: one that is not is
/// left over from a process that died.
final class StagingFolder {
    private static let counter = Atomic(0)
    /// A folder of a process that is there still may be about to be locked.
    private static let grace = 3600

    private let folder: String
    private let path: String
    private var descriptor: Int32 = -1

    init(in folder: String, digest: String) {
        self.folder = folder
        let number = Self.counter.add(1, ordering: .relaxed).newValue
        path = "\(folder)/.\(digest).\(getpid()).\(number)"
    }

    deinit { end() }

    /// Makes the folder and locks it.
    func make() throws(WorkspaceError) -> String {
        Files.remove(path)
        try Files.makeFolder(path)
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor >= 0 { _ = flock(descriptor, LOCK_EX | LOCK_NB) }
        return path
    }

    /// Removes what was not put in its place.
    func end() {
        guard descriptor >= 0 else { return }
        Files.remove(path)
        close(descriptor)
        descriptor = -1
    }

    /// Removes the folders that processes left that died.
    func removeAbandoned() {
        for name in Files.names(in: folder) where Self.isAbandoned(name, in: folder) {
            Files.remove("\(folder)/\(name)")
        }
    }

    private static func isAbandoned(_ name: String, in folder: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 || parts.count == 4, parts[0].isEmpty, parts[1].utf8.count == 64,
            let process = pid_t(parts[2])
        else { return false }
        let descriptor = open("\(folder)/\(name)", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        let isGone = kill(process, 0) != 0 && errno == ESRCH
        return isGone || time(nil) - status.st_mtim.tv_sec > grace
    }
}
