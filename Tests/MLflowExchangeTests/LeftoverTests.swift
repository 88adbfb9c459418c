import Database
import Glibc
import MLflowExchange
import Testing
import TestStores
import Tracking

@Suite struct LeftoverTests {
    let folder = TemporaryFolder()

    /// Creates a folder beside the database that was last written `secondsAgo`.
    private func make(_ name: String, secondsAgo: Int) -> String {
        let path = "\(folder.path)/\(name)"
        mkdir(path, 0o700)
        var times = [timeval(), timeval()]
        for place in times.indices { times[place].tv_sec = time(nil) - secondsAgo }
        utimes(path, times)
        return path
    }

    @Test func filesOfAKilledImportAreRemovedByTheNext() throws {
        let store = try folder.open()
        let stale = make("workbench.db.import-aBcDeF", secondsAgo: 600)
        let half = make("workbench.db.workbench-1.4711", secondsAgo: 600)
        let young = make("workbench.db.import-young1", secondsAgo: 5)
        let kept = make("workbench.db.workbench-1", secondsAgo: 600)
        let other = make("workbench.db.workbench-1.old", secondsAgo: 600)
        let live = make("workbench.db.import-live00", secondsAgo: 600)
        let hold = open(live, O_RDONLY)
        defer { close(hold) }
        #expect(flock(hold, LOCK_EX) == 0)
        #expect(throws: TrackingError.self) {
            try store.importMLruns(folder: "\(folder.path)/nothing")
        }
        for path in [stale, half] { #expect(access(path, F_OK) != 0, "\(path)") }
        for path in [young, kept, other, live] { #expect(access(path, F_OK) == 0, "\(path)") }
    }
}
