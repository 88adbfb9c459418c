import Glibc
import Runs
import Testing
import TestModels

@Suite struct RunLockTests {
    @Test func aLockIsHeldByOneAndFreedByRelease() throws {
        try TemporaryFolder.with { folder in
            let path = "\(folder)/run"
            let lock = try #require(try RunLock.take(path))
            #expect(RunLock.holder(of: path) == getpid())
            #expect(try RunLock.take(path) == nil)
            lock.release()
            #expect(RunLock.holder(of: path) == nil)
            let again = try #require(try RunLock.take(path))
            again.release()
        }
    }
}
