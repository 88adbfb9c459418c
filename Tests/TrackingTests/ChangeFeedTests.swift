import Database
import GRDB
import Testing
import TestStores
import Tracking

@Suite struct ChangeFeedTests {
    let folder = TemporaryFolder()

    @Test func eachCommitIsOneEntryForEachThingThatItChanges() throws {
        let store = try folder.open()
        let start = try store.database.changeCursor()
        let run = try store.createRun(NewRun()).id
        let metrics = (0..<101).map { Metric("loss", 1, timestamp: 0, step: $0) }
        try store.log(Batch(metrics: metrics, tags: [Tag("a", "b")]), run: run)
        try store.addRequest(.stop, run: run)
        try store.deleteRun(run)
        let batch = try store.database.changes(after: start)
        #expect(!batch.isIncomplete && !batch.isFull)
        #expect(batch.changes.map(\.kind) == [.run, .run, .run, .request, .run])
        #expect(
            batch.changes.map(\.what) == ["changed", "metrics", "changed", "changed", "changed"]
        )
        #expect(Set(batch.changes.map(\.item)) == [run])
        let logged = try #require(batch.changes[1].rows)
        #expect(try store.metrics(rows: logged).map(\.point.step) == Array(0..<101))
        #expect(try store.database.changes(after: batch.cursor).changes.isEmpty)
    }

    @Test func entriesBeyondABatchComeWithTheNext() throws {
        let (store, other) = (try folder.open(), try folder.open())
        var cursor = try store.database.changeCursor()
        let runs = try (0..<5).map { _ in try other.createRun(NewRun()).id }
        var found: [[String]] = []
        while true {
            let batch = try store.database.changes(after: cursor, limit: 2)
            #expect(!batch.isIncomplete)
            found.append(batch.changes.map(\.item))
            cursor = batch.cursor
            if !batch.isFull { break }
        }
        #expect(found == [Array(runs[0..<2]), Array(runs[2..<4]), [runs[4]]])
        #expect(try store.database.changes(after: cursor).changes.isEmpty)
    }

    @Test func theWriterRecognizesWhatItPublishesItself() throws {
        let (store, other) = (try folder.open(), try folder.open())
        let starts = (try store.database.changeCursor(), try other.database.changeCursor())
        let run = try store.createRun(NewRun(), isPublished: true).id
        let metric = Metric("loss", 1, timestamp: 0, step: 0)
        let entry = try store.log(Batch(metrics: [metric]), run: run, published: .metrics)
        let mine = try store.database.changes(after: starts.0).changes
        #expect(mine.map(\.isPublished) == [true, true])
        #expect(mine.last?.id == entry)
        #expect(
            try other.database.changes(after: starts.1).changes.map(\.isPublished) == [
                false, false,
            ]
        )
    }

    @Test func aReaderBehindThePrunedEntriesReadsEverythingAgain() throws {
        let store = try folder.open()
        let run = try store.createRun(NewRun()).id
        let start = try store.database.changeCursor()
        for value in 0..<(ChangeNotes.kept + 2_000) {
            try store.log(Batch(tags: [Tag("a", "\(value)")]), run: run)
        }
        let count = try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM wb_changes") }
        #expect(try #require(count) <= ChangeNotes.kept + 1_000)
        let batch = try store.database.changes(after: start)
        #expect(batch.isIncomplete)
        #expect(batch.changes.isEmpty)
        try store.log(Batch(tags: [Tag("a", "b")]), run: run)
        let next = try store.database.changes(after: batch.cursor)
        #expect(!next.isIncomplete)
        #expect(next.changes.count == 1)
    }

    @Test func aProgramWithoutAFeedIsDetected() throws {
        let store = try folder.open()
        let run = try store.createRun(NewRun()).id
        let start = try store.database.changeCursor()
        try DatabaseQueue(path: folder.database).write { db in
            try db.execute(sql: "UPDATE runs SET name = 'x' WHERE run_uuid = ?", arguments: [run])
        }
        let batch = try store.database.changes(after: start)
        #expect(batch.isIncomplete)
        #expect(try !store.database.changes(after: batch.cursor).isIncomplete)
    }

    @Test func aWriteWithoutAChangeEntryIsRefused() throws {
        let store = try folder.open()
        let run = try store.createRun(NewRun())
        let code = trackingCode {
            try store.write { db, _ in try db.execute(sql: "UPDATE runs SET name = 'x'") }
        }
        #expect(code == .storage)
        #expect(try store.run(run.id) == run)
    }

    /// The cost of a step for readers does not depend on the number of runs.
    @Test func aStepIsReadWithoutLookingAtOtherRuns() throws {
        let (store, other) = (try folder.open(), try folder.open())
        let runs = try (0..<1_000).map { _ in try other.createRun(NewRun()).id }
        var cursor = try store.database.changes(after: store.database.changeCursor()).cursor
        let now = TrackingStore.systemMilliseconds()
        let metrics = ["loss", "grad_norm"].map {
            Metric(TrackingKey($0), 1.5, timestamp: now, step: 0)
        }
        try other.log(Batch(metrics: metrics), run: runs[500])
        let batch = try store.database.changes(after: cursor)
        cursor = batch.cursor
        #expect(batch.changes.count == 1)
        #expect(batch.changes[0].rows?.count == 2)
        for sql in ["SELECT id FROM wb_changes WHERE id > 1", "SELECT min(id) FROM wb_changes"] {
            let plan = try store.read { db in
                try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN \(sql)").map { $0[3] as String }
            }
            #expect(plan.allSatisfy { $0.contains("PRIMARY KEY") || $0.hasPrefix("SEARCH") })
        }
    }
}
