import JSON
import Platform
import Testing
import Workflows

/// The times between the attempts of a task, in which nothing ran.
@Suite struct PauseTests {
    @Test func theWaitForARetryIsAPause() throws {
        let tries = Guarded(0)
        let flows = try TestFlows(kinds: [
            TestKind("work") { _ in
                let number = tries.withLock {
                    $0 += 1
                    return $0
                }
                if number < 3 { throw FlowError(.failed, "Not yet.") }
                return TaskResult([])
            }
        ])
        var task = FlowTask("one", "work")
        task.retries = 2
        let flow = Flow([task, FlowTask("two", "work", needs: ["one"])])
        #expect(try flows.run(flow) == .completed)
        let tasks = try flows.store.tasks(of: "a")
        let pauses = try flows.store.pauses(of: tasks, in: "a")
        #expect(pauses.keys.sorted() == [0])
        #expect(pauses[0]?.count == 2)
        for pause in pauses[0] ?? [] { #expect(try #require(pause.end) > pause.start) }
        // A retry of the flow run begins anew.
        try flows.retry(flow, FlowOrder(startsOver: true))
        #expect(try flows.store.pauses(of: flows.store.tasks(of: "a"), in: "a").isEmpty)
    }
}
