import Database
import Registry
import Runs
import Testing
import TestModels
import Tracking

@Suite struct RunFeedTests {
    @Test func aStepCostsTheSameAmongTenThousandRunsAsAmongTen() throws {
        try TemporaryFolder.with { folder in
            let few = try Self.costOfAStep(among: 10, "\(folder)/few.db")
            let many = try Self.costOfAStep(among: 10_000, "\(folder)/many.db")
            print("a step costs the watch \(few) among 10 runs, \(many) among 10,000")
            #expect(many < few * 3)
        }
    }

    /// The median time of reading one step of another process.
    private static func costOfAStep(among count: Int, _ path: String) throws -> Duration {
        let (reader, writer) = (try TrackingStore(path: path), try TrackingStore(path: path))
        defer {
            try? reader.close()
            try? writer.close()
        }
        for _ in 0..<count { try writer.createRun(NewRun()) }
        let run = try writer.createRun(NewRun()).id
        let feed = RunFeed(store: reader)
        var cursor = try reader.database.changeCursor()
        var times: [Duration] = []
        for step in 0..<200 {
            let now = TrackingStore.systemMilliseconds()
            let metrics = ["loss", "grad_norm", "learning_rate", "tokens_per_second"].map {
                Metric(TrackingKey($0), 1.5, timestamp: now, step: step)
            }
            try writer.log(Batch(metrics: metrics), run: run)
            let begun = ContinuousClock.now
            let batch = try reader.database.changes(after: cursor)
            let events = try feed.events(of: batch.changes)
            times.append(ContinuousClock.now - begun)
            cursor = batch.cursor
            #expect(batch.changes.count == 1 && events.count == 1)
        }
        return times.sorted()[times.count / 2]
    }
}
