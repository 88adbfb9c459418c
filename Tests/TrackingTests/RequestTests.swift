import Database
import Testing
import TestStores
import Tracking

@Suite struct RequestTests {
    let folder = TemporaryFolder()

    @Test func aRequestIsAnsweredByTheOwnerAndReadByItsAuthor() throws {
        let (owner, other) = (try folder.open(), try folder.open())
        let run = try owner.createRun(NewRun()).id
        let second = try owner.createRun(NewRun()).id
        #expect(try owner.openRequests(run: run).isEmpty)
        let pause = try other.addRequest(.pause, run: run)
        let stop = try other.addRequest(.stop, run: run, by: "grace@home")
        #expect(try owner.openRequests(run: run) == [pause, stop])
        #expect(try owner.openRequests(run: second).isEmpty)
        #expect((pause.requestedBy, stop.requestedBy) == ("ada@lab", "grace@home"))

        try owner.answerRequest(pause.id, "paused at step 12")
        #expect(try owner.openRequests(run: run) == [stop])
        let answered = try other.request(id: pause.id)
        #expect(answered.answer == "paused at step 12")
        #expect(try #require(answered.answeredAt) > answered.createdAt)
    }

    @Test func aRequestIsAnsweredOnce() throws {
        let store = try folder.open()
        let request = try store.addRequest(.checkpoint, run: try store.createRun(NewRun()).id)
        try store.answerRequest(request.id, "done")
        #expect(trackingCode { try store.answerRequest(request.id, "again") } == .invalidState)
        #expect(trackingCode { try store.answerRequest(99, "x") } == .notFound)
        #expect(trackingCode { try store.addRequest(.stop, run: "none") } == .notFound)
    }
}
