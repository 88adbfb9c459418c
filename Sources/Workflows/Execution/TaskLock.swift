import Glibc
package import Platform

/// The lock of a task: programs that an attempt starts inherit it, so that it is held as long as one
/// of them lives.
///
/// A file beside the lock names their process group, so that a later attempt can end programs that
/// outlived their process.
package struct TaskLock: Sendable {
    private let path: String
    private var groupFile: String { "\(path).group" }

    /// The lock at a path, which is not accessed.
    package init(path: String) { self.path = path }

    /// Takes the lock; first ends the programs of an earlier attempt that still live.
    ///
    /// - Parameters:
    ///   - grace: The seconds that they get to end by themselves.
    ///   - isCancelled: Whether the attempt must end.
    package func take(grace: Double, isCancelled: () -> Bool) throws -> OwnerLock {
        let step: UInt32 = 20_000
        var waited = 0.0
        var searches = 0
        while true {
            if let lock = try OwnerLock.take(path) {
                Files.removeFile(groupFile)
                return lock
            }
            if isCancelled() { throw CancellationError() }
            if let group, kill(-group, 0) == 0, waited < grace + 1 {
                kill(-group, waited < grace ? SIGTERM : SIGKILL)
                usleep(step)
                waited += Double(step) / 1e6
                continue
            }
            // A program that left the group, or that was not recorded yet, has the lock open.
            ProcessGroup.endHolders(of: path, grace: grace)
            searches += 1
            guard searches < 3 else {
                throw FlowError(.conflict, "A program of an earlier attempt does not end.")
            }
        }
    }

    /// Records the process group of a program that was started.
    package func record(group: Int32) {
        try? Files.writeNew("\(group)\n".utf8, to: groupFile, replaces: true)
    }

    /// Frees the lock and removes the file with the group.
    func release(_ lock: OwnerLock) {
        Files.removeFile(groupFile)
        lock.release()
    }

    private var group: Int32? {
        guard let text = try? Files.text(groupFile), let group = Int32(text.dropLast()), group > 1
        else { return nil }
        return group
    }
}
