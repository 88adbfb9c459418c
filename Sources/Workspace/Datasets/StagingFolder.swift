import Glibc
import Platform
import Synchronization

/// A temporary folder for writing a copy of data.
///
/// Its name is `.DIGEST.PROCESS.NUMBER`, and its process holds a lock on it. A folder without a
/// lock was left by a process that died.
final class StagingFolder {
    private static let counter = Atomic(0)
    /// The seconds for which a running process's folder may still be unlocked.
    private static let grace = 3600

    private let folder: String
    private let path: String
    private var hold: PathHold?

    init(in folder: String, digest: String) {
        self.folder = folder
        let number = Self.counter.add(1, ordering: .relaxed).newValue
        path = "\(folder)/.\(digest).\(getpid()).\(number)"
    }

    deinit { end() }

    /// Creates the folder and locks it.
    func make() throws(WorkspaceError) -> String {
        Files.remove(path)
        try WorkspaceError.translating { try Files.makeFolder(path) }
        hold = PathHold(path)
        return path
    }

    /// Removes the folder if it was not moved into place.
    func end() {
        guard hold != nil else { return }
        Files.remove(path)
        hold = nil
    }

    /// Removes the folders of processes that died.
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
        // A process that has ended cannot lock its folder later.
        let isGone = kill(process, 0) != 0 && errno == ESRCH
        return PathHold.isAbandoned("\(folder)/\(name)", after: isGone ? .min : grace)
    }
}
