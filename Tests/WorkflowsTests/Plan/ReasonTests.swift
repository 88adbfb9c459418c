import JSON
import Platform
import Testing
import Workflows

/// What plans and explanations say about why a task runs.
@Suite struct ReasonTests {
    /// A kind that yields `y` from `x`, or fails.
    private final class World {
        let flows: TestFlows
        let failing = Guarded<String?>(nil)
        let isBlocking = Guarded(true)

        init(isReusable: Bool = true) throws {
            flows = try TestFlows(kinds: [
                TestKind("same", isReusable: isReusable) { [failing] call in
                    if let reason = failing.withLock({ $0 }) { throw FlowError(.failed, reason) }
                    return TaskResult([("y", FlowValue(call.inputs["x"] ?? .null))])
                },
                TestKind("waits", isReusable: isReusable) { [isBlocking] call in
                    while isBlocking.withLock({ $0 }) { try call.checkCancellation() }
                    return TaskResult([])
                },
                TestKind("reads") { _ in TaskResult([]) },
            ])
        }

        func why(_ task: String, _ flow: Flow, of id: String = "a") throws -> [String] {
            let record = try #require(flows.store.tasks(of: id).first { $0.task == task })
            return try FlowExplanation(flows.setting)
                .sentences(for: record, in: flows.store.run(id), flow)
        }

        func plan(
            _ task: String,
            _ flow: Flow,
            _ order: FlowOrder = FlowOrder()
        ) throws -> [String]? {
            try FlowPlanner(flows.setting).plan(retrying: flows.store.run("a"), flow, order)
                .steps.first { $0.task == task }?.reasons
        }
    }

    private let flow = Flow(
        [
            FlowTask("one", "same", ["x": "${p_x}"]),
            FlowTask("two", "same", ["x": "${one.y + 10}"]),
        ],
        parameters: [FlowParameter(name: "p_x", type: .integer, defaultValue: 1)]
    )

    @Test func anOrderWithoutEarlierResultsIsNamed() throws {
        let world = try World()
        try world.flows.run(flow)
        #expect(try world.why("one", flow) == ["It had not run with these inputs before."])
        try world.flows.run(flow, FlowOrder(ignoresCache: true), id: "b")
        let sentence = "Earlier results are not used (`--no-cache`)."
        #expect(try world.why("one", flow, of: "b") == [sentence])
        #expect(try world.plan("one", flow, FlowOrder(ignoresCache: true)) == [sentence])
        // With other inputs, there is no result that could be used.
        let other = FlowOrder(parameters: ["p_x": "2"], ignoresCache: true)
        try world.flows.run(flow, other, id: "c")
        #expect(try world.why("one", flow, of: "c") == ["x was 1, and is 2."])
    }

    @Test func theTasksOfAFlowRunAreExplainedTogether() throws {
        let world = try World()
        func why(_ id: String) throws -> [[String]] {
            try FlowExplanation(world.flows.setting)
                .sentences(
                    for: world.flows.store.tasks(of: id),
                    in: world.flows.store.run(id),
                    flow
                )
        }
        try world.flows.run(flow)
        try world.flows.run(flow, FlowOrder(from: "two"), id: "b")
        #expect(
            try why("b") == [
                ["The result of flow run a (one) was used: kind and inputs are the same."],
                ["It was asked for, so earlier results are not used."],
            ]
        )
        try world.flows.executor(flow).enqueue(flow, FlowOrder(), origin: .person, id: "c")
        #expect(try why("c") == [["It has not begun."], ["It waits for one, which is pending."]])
    }

    @Test func aLaterFlowRunDoesNotExplainAnEarlierOne() throws {
        let world = try World()
        try world.flows.run(flow)
        try world.flows.run(flow, FlowOrder(parameters: ["p_x": "2"]), id: "b")
        #expect(try world.why("one", flow) == ["It had not run with these inputs before."])
        #expect(try world.why("one", flow, of: "b") == ["x was 1, and is 2."])
        #expect(
            try world.why("two", flow, of: "b") == ["x was 11, and is 12, from the output of one."]
        )
    }

    @Test func aRetryAfterAFailedOrderNamesTheFailure() throws {
        let world = try World()
        try world.flows.run(flow)
        world.failing.withLock { $0 = "It is broken." }
        let order = FlowOrder(from: "two")
        let asked = "It was asked for, so earlier results are not used."
        #expect(try world.plan("two", flow, order) == [asked])
        #expect(try world.flows.retry(flow, order) == .failed)
        #expect(try world.why("two", flow) == [asked, "Attempt 2 failed: It is broken."])
        #expect(try world.plan("two", flow) == ["Attempt 2 failed: It is broken."])
        world.failing.withLock { $0 = nil }
        #expect(try world.flows.retry(flow) == .completed)
        #expect(try world.why("two", flow) == ["Attempt 2 failed: It is broken."])
    }

    @Test(arguments: [true, false])
    func anInterruptedTaskWasStopped(isReusable: Bool) throws {
        let world = try World(isReusable: isReusable)
        let flow = Flow([FlowTask("one", "waits", ["x": "${1}"])])
        let execution = try world.flows.executor(flow)
            .create(flow, FlowOrder(), origin: .person, id: "a")
        let thread = try ServiceThread(name: "test") { execution.execute() }
        world.flows.waitUntilRunning("one")
        execution.leave("The program ends.")
        #expect(execution.wait() == .paused)
        thread.join()
        let sentence = "Attempt 1 was stopped: The program ends."
        #expect(try world.plan("one", flow) == [sentence])
        world.isBlocking.withLock { $0 = false }
        let again = try world.flows.executor(flow).resume("a")
        again.execute()
        #expect(again.wait() == .completed)
        #expect(try world.why("one", flow) == [sentence])
    }

    @Test func aTaskWhoseProcessWasKilledHasCrashed() throws {
        let world = try World()
        let flow = Flow([FlowTask("one", "same", ["x": "${1}"])])
        let executor = world.flows.executor(flow)
        try executor.enqueue(flow, FlowOrder(), origin: .person, id: "a")
        var task = try world.flows.store.tasks(of: "a")[0]
        try world.flows.store.advance(&task, [.schedule, .start], of: "a") { task in
            task.contents = JSONObject([("x", .integer(1))])
        }
        #expect(try executor.sweep(world.flows.store.run("a")) == .crashed)
        let sentence = "Attempt 1 crashed: Its process ended without recording how."
        #expect(try world.plan("one", flow) == [sentence])
        #expect(try world.flows.retry(flow) == .completed)
        #expect(try world.why("one", flow) == [sentence])
    }

    @Test func aDeniedTaskHasNoAttempt() throws {
        let world = try World()
        var task = FlowTask("one", "same", ["x": "${1}"])
        task.approval = TaskApproval()
        let flow = Flow([task])
        #expect(try world.flows.run(flow) == .waitingApproval)
        try world.flows.store.ask(.deny, of: "a", task: "one", reason: "too early", author: "kim")
        let execution = try world.flows.executor(flow).answer("a")
        execution.execute()
        #expect(execution.wait() == .failed)
        #expect(try world.why("one", flow) == ["It failed: kim denied it: too early."])
        #expect(try world.plan("one", flow) == ["It failed: kim denied it: too early."])
    }

    @Test func filesThatChangedAreNamed() throws {
        let flows = try World().flows
        let digests = ["a", "b", "c"].map { String(repeating: $0, count: 64) }
        func flow(_ files: [(String, String)]) -> Flow {
            var task = FlowTask("one", "reads")
            let values = files.map { path, digest -> JSONValue in
                ["path": .string(path), "digest": .string(digest)]
            }
            task.inputs = [
                FlowTask.Input(
                    name: "x",
                    value: .literal(.array(values)),
                    position: SourcePosition(line: 1, column: 1)
                )
            ]
            return Flow([task])
        }
        let before = flow([("in.txt", digests[0]), ("gone.txt", digests[2])])
        try flows.run(before)
        let after = flow([("in.txt", digests[1]), ("new.txt", digests[2])])
        let plan = try FlowPlanner(flows.setting).plan(after, FlowOrder())
        #expect(
            plan.steps[0].reasons == [
                "The file in.txt changed: its content was aaaaaaaa, and is bbbbbbbb.",
                "The file new.txt is new among its inputs.",
                "The file gone.txt is no longer among its inputs.",
            ]
        )
    }
}
