import JSON
import Platform
import Testing
import Workflows

/// A kind that counts how often its tasks are prepared and run.
private struct CountedKind: TaskKind {
    let name = "count"
    let summary = "For tests."
    let version = 1
    let inputs = [TaskInput("x", .any, help: "Anything.")]
    let outputs: [TaskOutput] = []
    let hasOtherOutputs = true
    let effect = TaskEffect.atLeastOnce
    let prepared = Guarded<[Int: Int]>([:])

    func reuse(of inputs: JSONObject) -> TaskReuse {
        if case .integer(let x) = inputs["x"] { prepared.withLock { $0[x, default: 0] += 1 } }
        return .anywhere
    }

    func run(_ call: TaskCall) throws -> TaskResult { TaskResult([]) }
}

/// Tasks whose key or tag another process uses.
@Suite struct BlockedTaskTests {
    private func lock(of task: Int, _ flows: TestFlows) throws -> OwnerLock {
        let key = try #require(try flows.store.tasks(of: "a")[task].key)
        return try #require(try OwnerLock.take("\(flows.folder)/locks/key-\(key.prefix(40))"))
    }

    @Test func theyAreNotPreparedAgainWhileItIsInUse() throws {
        let kind = CountedKind()
        let flows = try TestFlows(kinds: [kind])
        let flow = Flow(
            [FlowTask("one", "count", ["x": "${1}"]), FlowTask("two", "count", ["x": "${2}"])],
            parallel: 1
        )
        try flows.run(flow)
        let (first, second) = (try lock(of: 0, flows), try lock(of: 1, flows))
        kind.prepared.withLock { $0 = [:] }
        flows.events.withLock { $0 = [] }
        let execution = try flows.executor(flow).create(
            flow,
            FlowOrder(ignoresCache: true),
            origin: .person,
            id: "b"
        )
        let thread = try ServiceThread(name: "test") { execution.execute() }
        flows.waitUntil("two", .scheduled)
        second.release()
        execution.lookAgain()
        // With one task at a time, the first one was looked at again before.
        flows.waitUntil("two", .completed)
        #expect(kind.prepared.withLock { $0 } == [1: 1, 2: 2])
        first.release()
        execution.lookAgain()
        #expect(execution.wait() == .completed)
        #expect(kind.prepared.withLock { $0[1] } == 2)
        thread.join()
    }

    @Test func oneOfThemAsksForATagAndTheOthersWaitBehindIt() throws {
        let flows = try TestFlows(kinds: [CountedKind()])
        flows.limits.withLock { $0.tags = ["gpu": 1] }
        let slot = try #require(try OwnerLock.take("\(flows.folder)/locks/tag-0-gpu"))
        let tasks = (0..<5).map { number in
            var task = FlowTask("t\(number)", "count", ["x": "${\(number)}"])
            if number < 4 { task.tags = ["gpu"] }
            return task
        }
        let flow = Flow(tasks)
        let execution = try flows.executor(flow).create(
            flow,
            FlowOrder(),
            origin: .person,
            id: "a"
        )
        let thread = try ServiceThread(name: "test") { execution.execute() }
        flows.waitUntil("t0", .scheduled)
        flows.waitUntil("t4", .completed)
        #expect(
            try flows.states() == [
                "t0": .scheduled, "t1": .pending, "t2": .pending, "t3": .pending, "t4": .completed,
            ]
        )
        slot.release()
        execution.lookAgain()
        #expect(execution.wait() == .completed)
        thread.join()
    }

    @Test func aTaskThatRunsDoesNotKeepOthersFromASecondSlot() throws {
        let open = Guarded<Set<String>>([])
        let kind = TestKind("waits") { call in
            open.wait { $0.contains(call.task) ? () : nil }
            return TaskResult()
        }
        let flows = try TestFlows(kinds: [kind])
        flows.limits.withLock { $0.tags = ["gpu": 2] }
        let slots = try (0..<2).map { number in
            try #require(try OwnerLock.take("\(flows.folder)/locks/tag-\(number)-gpu"))
        }
        var first = FlowTask("first", "waits", ["x": "${1}"])
        var second = FlowTask("second", "waits", ["x": "${2}"], needs: ["x"])
        (first.tags, second.tags) = (["gpu"], ["gpu"])
        let flow = Flow([first, FlowTask("x", "waits", ["x": "${3}"]), second])
        let execution = try flows.executor(flow).create(
            flow,
            FlowOrder(),
            origin: .person,
            id: "a"
        )
        let thread = try ServiceThread(name: "test") { execution.execute() }
        flows.waitUntil("first", .scheduled)
        // The second one comes when the first one asks for both already.
        open.withLock { $0 = ["x"] }
        flows.waitUntil("x", .completed)
        for slot in slots { slot.release() }
        execution.lookAgain()
        flows.waitUntil("first", .running)
        flows.waitUntil("second", .running)
        open.withLock { $0 = ["first", "second"] }
        #expect(execution.wait() == .completed)
        thread.join()
    }
}
