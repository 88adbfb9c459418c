import JSON
import Platform
import Testing
import Workflows

/// Flow runs that a person cancels.
@Suite struct CancellationTests {
    @Test func aCancelledFlowRunEndsItsTasks() throws {
        let flows = try TestFlows(kinds: [
            TestKind("waits") { call in
                while !call.isCancelled {}
                throw CancellationError()
            }
        ])
        var last = FlowTask("last", "waits", needs: ["three"])
        last.trigger = .done
        let flow = Flow([
            FlowTask("one", "waits"), FlowTask("two", "waits", needs: ["one"]),
            FlowTask("three", "waits", needs: ["two"]), last,
        ])
        let execution = try flows.executor(flow).create(flow, FlowOrder(), origin: .person, id: "a")
        let thread = try ServiceThread(name: "test") { execution.execute() }
        flows.waitUntilRunning("one")
        try flows.store.ask(.cancel, of: "a", author: "kim")
        execution.wake()
        #expect(execution.wait() == .cancelled)
        thread.join()
        #expect(Set(try flows.states().values) == [.cancelled])
        #expect(try flows.store.run("a").state == .cancelled)
    }

    @Test func aFlowRunThatWaitsForApprovalIsCancelledWithAllItsTasks() throws {
        let flows = try TestFlows(kinds: [doubling(Guarded([:]))])
        var task = FlowTask("one", "double", ["x": "${1}"])
        task.approval = TaskApproval()
        let flow = Flow([
            task, FlowTask("two", "double", ["x": "${one.y}"]),
            FlowTask("three", "double", ["x": "${two.y}"]),
        ])
        #expect(try flows.run(flow) == .waitingApproval)
        try flows.store.ask(.cancel, of: "a", author: "kim")
        let execution = try flows.executor(flow).answer("a")
        execution.execute()
        #expect(execution.wait() == .cancelled)
        #expect(Set(try flows.states().values) == [.cancelled])
    }

    @Test func anOldRequestToCancelDoesNotEndARetry() throws {
        let flows = try TestFlows(kinds: [
            TestKind("fails") { _ in throw FlowError(.failed, "No.") }
        ])
        let flow = Flow([FlowTask("one", "fails")])
        #expect(try flows.run(flow) == .failed)
        try flows.store.ask(.cancel, of: "a", author: "kim")
        #expect(try flows.retry(flow) == .failed)
        #expect(try flows.states() == ["one": .failed])
    }
}
