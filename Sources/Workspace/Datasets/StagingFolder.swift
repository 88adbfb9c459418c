import Glibc
import Platform
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
    private var hold: PathHold?

    init(in folder: String, digest: String) {
        self.folder = folder
        let number = Self.counter.add(1, ordering: .relaxed).newValue
        path = "\(folder)/.\(digest).\(getpid()).\(number)"
    }

    deinit { end() }

    /// Makes the folder and locks it.
    func make() throws(WorkspaceError) -> String {
        Files.remove(path)
        try WorkspaceError.wording { try Files.makeFolder(path) }
        hold = PathHold(path)
        return path
    }

    /// Removes what was not put in its place.
    func end() {
        guard hold != nil else { return }
        Files.remove(path)
        hold = nil
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
        // A process that is gone is not about to hold its folder.
        let isGone = kill(process, 0) != 0 && errno == ESRCH
        return PathHold.isAbandoned("\(folder)/\(name)", after: isGone ? .min : grace)
    }
}
