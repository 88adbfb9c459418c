import JSON
import Platform
import Testing
import Workflows

/// Programs that have outlived the process of a flow run, of which a fork is made.
@Suite(.serialized) struct FormerProgramTests {
    private static let flow = Flow(
        [FlowTask("work", "work", ["x": "${p_x}"])],
        parameters: [
            FlowParameter(name: "p_x", type: .integer, defaultValue: .integer(1))
        ]
    )

    /// A flow run whose process was killed while a program of its task ran; its lock.
    private func kill(_ flows: TestFlows) throws -> String {
        try flows.executor(Self.flow).enqueue(Self.flow, FlowOrder(), origin: .person, id: "a")
        try flows.store.update("a") { $0.state = .running }
        let path = "\(flows.folder)/locks/task-a-0"
        let lock = try #require(Descriptor.open(path, 0o102))
        #expect(FileLock.attempt(.exclusive, on: lock.number) == 0)
        var program = CapturedProgram(.shell("sleep 60 & exit"))
        program.inherited = lock.number
        _ = try program.run(
            started: { TaskLock(path: path).record(group: $0.number) },
            take: { _ in }
        )
        return path
    }

    private func flows(_ lock: Guarded<String>, _ seen: Guarded<[Int]>) throws -> TestFlows {
        try TestFlows(kinds: [
            TestKind("work") { call in
                _ = try call.lock()
                let count = ProcessGroup.holders(of: lock.withLock { $0 }).count
                seen.withLock { $0.append(count) }
                return TaskResult([])
            }
        ])
    }

    @Test func aForkEndsThemBeforeItsTaskRuns() throws {
        let (lock, seen) = (Guarded(""), Guarded<[Int]>([]))
        let flows = try flows(lock, seen)
        let path = try kill(flows)
        lock.withLock { $0 = path }
        #expect(!ProcessGroup.holders(of: path).isEmpty)
        #expect(try flows.retry(Self.flow, FlowOrder(parameters: ["p_x": "2"])) == .completed)
        #expect(try flows.store.run("b").origin == .forked(from: "a"))
        #expect(seen.withLock { $0 } == [0])
        #expect(!FilePaths.exists(path))
    }

    @Test func thoseOfAFlowRunThatIsExecutedAreLeftAlone() throws {
        let (lock, seen) = (Guarded(""), Guarded<[Int]>([]))
        let flows = try flows(lock, seen)
        let path = try kill(flows)
        lock.withLock { $0 = path }
        let fork = try flows.executor(Self.flow).retry(
            "a",
            FlowOrder(parameters: ["p_x": "2"]),
            forkID: "b"
        )
        // Another process continues the original before the task of the fork runs.
        let owner = try #require(try OwnerLock.take("\(flows.folder)/locks/flow-a"))
        fork.execute()
        #expect(fork.wait() == .completed)
        #expect(seen.withLock { $0 } == [1])
        owner.release()
        ProcessGroup.endHolders(of: path, grace: 0)
    }
}
