import Database
import Platform
import Testing
import TestStores
import Tracking

/// What a process that executes a run may write, and what it reads.
@Suite struct ExecutionTests {
    private let folder = TemporaryFolder()
    private let key: TrackingKey = "mark"

    private func metric(_ step: Int) -> Batch {
        Batch(metrics: [Metric("loss", 1, timestamp: step, step: step)])
    }

    @Test func onlyTheLaterOfTwoProcessesWrites() throws {
        let store = try folder.open()
        let run = try store.createRun(NewRun()).id
        let (first, second) = (Tag(key, "1"), Tag(key, "2"))
        try store.log(Batch(tags: [first]), run: run)
        try store.log(metric(0), run: run, by: .execution(mark: first))
        try store.log(Batch(tags: [second]), run: run)
        for attempt in [
            { _ = try store.log(metric(1), run: run, by: .execution(mark: first)) },
            { try store.endRun(run, .finished, tags: [], marked: first) },
        ] {
            let error = #expect(throws: TrackingError.self) { try attempt() }
            #expect(error?.code == .invalidState)
        }
        try store.log(metric(1), run: run, by: .execution(mark: second))
        #expect(try store.metricHistory("loss", run: run).map(\.step) == [0, 1])
        #expect(try store.run(run).status == .running)
    }

    @Test func theStateOfARunIsReadWhetherItExistsOrNot() throws {
        let store = try folder.open()
        let run = try store.createRun(NewRun()).id
        #expect(try store.executionState(of: run, mark: key)?.mark == nil)
        try store.log(Batch(tags: [Tag(key, "1")]), run: run)
        try store.deleteRun(run)
        let state = try #require(try store.executionState(of: run, mark: key))
        #expect(state.lifecycle == .deleted)
        #expect(state.mark == "1")
        #expect(try store.executionState(of: "none", mark: key) == nil)
    }

    @Test func theEndOfARunAnswersOpenRequestsInOneCommit() throws {
        let store = try folder.open()
        let run = try store.createRun(NewRun()).id
        let mark = Tag(key, "1")
        try store.log(Batch(tags: [mark]), run: run)
        let (stop, pause) = (
            try store.addRequest(.stop, run: run), try store.addRequest(.pause, run: run)
        )
        let start = try store.database.changeCursor()
        try store.endRun(run, .killed, tags: [], marked: mark) { request in
            request.kind == .stop ? "stopped before step 3" : nil
        }
        #expect(try store.request(id: stop.id).answer == "stopped before step 3")
        #expect(try store.request(id: pause.id).answeredAt == nil)
        let changes = try store.database.changes(after: start).changes
        #expect(changes.map(\.kind) == [.run, .request])
    }

    @Test func theEndOfARunIsWrittenEvenInTheTrash() throws {
        let store = try folder.open()
        let run = try store.createRun(NewRun()).id
        let mark = Tag(key, "1")
        try store.log(Batch(tags: [mark]), run: run)
        try store.deleteRun(run)
        try store.endRun(run, .failed, tags: [Tag("why", "because")], marked: mark)
        let record = try store.run(run)
        #expect(record.status == .failed)
        #expect(record.endTime != nil)
        #expect(record.tags["why"] == "because")
        #expect(record.lifecycle == .deleted)
    }
}
