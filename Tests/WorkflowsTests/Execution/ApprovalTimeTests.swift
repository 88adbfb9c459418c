import JSON
import Platform
import Testing
import Workflows

/// Approvals that must be given within a time.
@Suite struct ApprovalTimeTests {
    private func flows() throws -> TestFlows {
        try TestFlows(kinds: [
            TestKind("work") { _ in TaskResult([("y", FlowValue(.integer(1)))]) },
            TestKind("long") { call in
                while !call.isCancelled {}
                throw CancellationError()
            },
        ])
    }

    private func flow(_ others: [FlowTask] = []) -> Flow {
        var task = FlowTask("one", "work", ["x": "${1}"])
        task.approval = TaskApproval(timeout: 10)
        return Flow([task, FlowTask("two", "work", ["x": "${one.y}"])] + others)
    }

    @Test func oneThatComesTooLateFails() throws {
        let flows = try flows()
        #expect(try flows.run(flow()) == .waitingApproval)
        flows.clock.withLock { $0 += 11_000 }
        try flows.store.ask(.approve, of: "a", author: "kim")
        let execution = try flows.executor(flow()).answer("a")
        execution.execute()
        #expect(execution.wait() == .failed)
        #expect(try flows.store.tasks(of: "a")[0].isRefused)
        #expect(try flows.states()["two"] == .upstreamFailed)
    }

    @Test func oneThatWasGivenInTimeCountsLater() throws {
        let flows = try flows()
        try flows.run(flow())
        try flows.store.ask(.approve, of: "a", author: "kim")
        flows.clock.withLock { $0 += 11_000 }
        let execution = try flows.executor(flow()).answer("a")
        execution.execute()
        #expect(execution.wait() == .completed)
    }

    @Test func theNextReaderRecordsThatTheTimeIsOver() throws {
        let flows = try flows()
        var after = FlowTask("after", "work", ["x": "${3}"], needs: ["one"])
        after.trigger = .failed
        let flow = flow([after])
        let executor = flows.executor(flow)
        try flows.run(flow)
        #expect(try !executor.expireApprovals(of: try flows.store.run("a")))
        let deadline = try #require(try executor.approvalDeadline(of: try flows.store.run("a")))
        flows.clock.withLock { $0 = deadline }
        #expect(try executor.expireApprovals(of: try flows.store.run("a")))
        #expect(
            try flows.states() == ["one": .failed, "two": .upstreamFailed, "after": .paused]
        )
        #expect(try flows.store.run("a").state == .paused)
        #expect(executor.owner(of: "a") == nil)
        let execution = try executor.resume("a")
        execution.execute()
        #expect(execution.wait() == .failed)
        #expect(try flows.states()["after"] == .completed)
    }

    @Test func theProcessThatExecutesTheFlowRunHasATimer() throws {
        let flows = try flows()
        var task = FlowTask("one", "work", ["x": "${1}"])
        task.approval = TaskApproval(timeout: 0.05)
        let flow = Flow([task, FlowTask("long", "long")])
        let execution = try flows.executor(flow).create(flow, FlowOrder(), origin: .person, id: "a")
        let thread = try ServiceThread(name: "test") { execution.execute() }
        flows.waitUntilRunning("long")
        flows.waitUntil("one", .waitingApproval)
        // The store's clock goes on by a millisecond each time it is read.
        flows.clock.withLock { $0 += 60 }
        flows.waitUntil("one", .failed)
        #expect(try flows.states()["long"] == .running)
        execution.leave("The test is over.")
        #expect(execution.wait() == .paused)
        thread.join()
    }

    @Test func aFileThatCannotBeReadAnyMoreHasNoDeadline() throws {
        let flows = try flows()
        try flows.run(flow())
        flows.clock.withLock { $0 += 11_000 }
        let executor = FlowExecutor(flows.setting) { _ in throw FlowError(.invalid, "No.") }
        #expect(try !executor.expireApprovals(of: try flows.store.run("a")))
        #expect(try flows.store.run("a").state == .waitingApproval)
    }
}
