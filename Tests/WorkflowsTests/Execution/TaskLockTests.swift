import Platform
import Testing
import Workflows

@Suite("Locks of tasks", .serialized)
struct TaskLockTests {
    /// Starts a command that inherits a lock and ends, and takes the lock again.
    private func retake(after command: String, recordingGroup: Bool) throws {
        let path = "/tmp/workbench-\(UInt64.random(in: 0...UInt64.max)).lock"
        defer { for ending in ["", ".group"] { Files.removeFile(path + ending) } }
        let lock = TaskLock(path: path)
        do {
            // Closed as when this process dies: it is not released.
            let first = try #require(Descriptor.open(path, 0o102))
            #expect(FileLock.attempt(.exclusive, on: first.number) == 0)
            var program = CapturedProgram(.shell(command))
            program.inherited = first.number
            _ = try program.run(
                started: { if recordingGroup { lock.record(group: $0.number) } },
                take: { _ in }
            )
        }
        #expect(try OwnerLock.take(path) == nil)
        let second = try lock.take(grace: 5, isCancelled: { false })
        second.release()
        #expect(ProcessGroup.holders(of: path).isEmpty)
    }

    @Test("What a dead process left in the recorded group is ended")
    func group() throws { try retake(after: "sleep 60 & exit", recordingGroup: true) }

    @Test("So is what has left the group, and what was not recorded")
    func others() throws {
        try retake(after: "setsid sleep 60 & exit", recordingGroup: true)
        try retake(after: "sleep 60 & exit", recordingGroup: false)
    }
}
