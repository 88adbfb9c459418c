import JSON
import Platform
import Testing
import Workflows

/// What tasks wait for that could run.
@Suite struct TaskRoomTests {
    private static let kinds = TaskKinds([
        TestKind("work") { call in
            while !call.isCancelled {}
            throw CancellationError()
        }
    ])

    /// The reasons while the first tasks run.
    private func reasons(
        _ tasks: [FlowTask],
        running: Int = 1,
        parallel: Int? = nil,
        _ limits: FlowLimits
    ) -> [Int: String] {
        let records = tasks.enumerated().map { place, task in
            var record = TaskRecord(
                position: place,
                task: task.name,
                name: task.name,
                kind: task.kind,
                dependencies: task.needs.compactMap { need in tasks.firstIndex { $0.name == need } }
            )
            if place < running { record.state = .running }
            return record
        }
        let room = TaskRoom(Flow(tasks, parallel: parallel), Self.kinds, limits)
        let reasons = room.reasons(records)
        #expect(TaskRoom.hasWaiting(records) || reasons.isEmpty)
        return reasons
    }

    @Test func theReasonNamesWhatIsUsedAndByWhom() {
        var (sft, dpo) = (FlowTask("sft", "work"), FlowTask("dpo", "work"))
        (sft.tags, dpo.tags) = (["gpu"], ["gpu"])
        let later = FlowTask("later", "work", needs: ["dpo"])
        #expect(
            reasons([sft, dpo, later], FlowLimits(cores: 8, tags: ["gpu": 1])) == [
                1: "It waits for the tag gpu: 1 of 1 used by sft."
            ]
        )
        #expect(reasons([sft, dpo, later], FlowLimits(cores: 8)) == [:])
        sft.resources.cores = 3
        dpo.resources.cores = 2
        #expect(
            reasons([sft, dpo], FlowLimits(cores: 4)) == [
                1: "It waits for cores: it needs 2, and 3 of 4 are used by sft."
            ]
        )
        #expect(reasons([sft, dpo], running: 0, FlowLimits(cores: 4)) == [:])
    }

    @Test func manyUsersAreCounted() {
        let tasks = (0..<6).map { FlowTask("t\($0)", "work") }
        #expect(
            reasons(tasks, running: 4, parallel: 4, FlowLimits(cores: 8)) == [
                4: "It waits for max_parallel: 4 of 4 used by t0, t1 and 2 more.",
                5: "It waits for max_parallel: 4 of 4 used by t0, t1 and 2 more.",
            ]
        )
    }

    @Test func nothingIsStoredAboutTasksThatWaitForRoom() throws {
        let flows = try TestFlows(
            cores: 2,
            kinds: [
                TestKind("work") { call in
                    while !call.isCancelled {}
                    throw CancellationError()
                }
            ]
        )
        let flow = Flow((0..<5).map { FlowTask("t\($0)", "work", ["x": "${\($0)}"]) })
        let execution = try flows.executor(flow).create(flow, FlowOrder(), origin: .person, id: "a")
        let thread = try ServiceThread(name: "test") { execution.execute() }
        flows.waitUntilRunning("t0")
        flows.waitUntilRunning("t1")
        #expect(
            execution.room.reasons(try flows.store.tasks(of: "a"))[4]
                == "It waits for cores: it needs 1, and 2 of 2 are used by t0 and t1."
        )
        #expect(try flows.store.history(of: 4, in: "a").isEmpty)
        execution.leave("The test is over.")
        #expect(execution.wait() == .paused)
        thread.join()
    }
}
