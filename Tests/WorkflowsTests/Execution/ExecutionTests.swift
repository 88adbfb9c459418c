import JSON
import Platform
import Testing
import Workflows

/// A kind that yields `y` from `x` and counts its runs by task.
func doubling(_ counts: Guarded<[String: Int]>, isReusable: Bool = true) -> TestKind {
    TestKind("double", isReusable: isReusable) { call in
        counts.withLock { $0[call.task, default: 0] += 1 }
        guard case .integer(let x) = call.inputs["x"] else {
            throw FlowError(.invalid, "x is no number.")
        }
        return TaskResult([("y", FlowValue(.integer(2 * x)))])
    }
}

@Suite struct ExecutionTests {
    @Test func aTaskRunsAfterWhatItRefersTo() throws {
        let counts = Guarded<[String: Int]>([:])
        let flows = try TestFlows(kinds: [doubling(counts)])
        let flow = Flow(
            [
                FlowTask("last", "double", ["x": "${middle.y + 1}"]),
                FlowTask("first", "double", ["x": "${p_start}"]),
                FlowTask("middle", "double", ["x": "${first.y}"]),
            ],
            parameters: [FlowParameter(name: "p_start", type: .integer, defaultValue: 3)]
        )
        #expect(try flows.run(flow) == .completed)
        #expect(try flows.result("last")?.values["y"] == .integer(26))
        #expect(counts.withLock { $0 } == ["first": 1, "middle": 1, "last": 1])
    }

    @Test func aResultIsUsedAgainByAnotherFlowRun() throws {
        let counts = Guarded<[String: Int]>([:])
        let flows = try TestFlows(kinds: [doubling(counts)])
        let flow = Flow([FlowTask("one", "double", ["x": "${1}"])])
        try flows.run(flow)
        try flows.run(flow, id: "b")
        #expect(try flows.states("b") == ["one": .cached])
        try flows.run(flow, FlowOrder(ignoresCache: true), id: "c")
        #expect(try flows.states("c") == ["one": .completed])
        try flows.run(flow, FlowOrder(forced: ["one"]), id: "d")
        #expect(counts.withLock { $0 } == ["one": 3])
    }

    @Test func aRetryWithoutEarlierResultsRunsAllAndTheNextOneContinuesFromIt() throws {
        let counts = Guarded<[String: Int]>([:])
        let failing = Guarded(false)
        let flows = try TestFlows(kinds: [
            doubling(counts),
            TestKind("fails") { _ in
                if failing.withLock({ $0 }) { throw FlowError(.failed, "It is broken.") }
                return TaskResult([("y", FlowValue(.integer(1)))])
            },
        ])
        let flow = Flow([
            FlowTask("one", "double", ["x": "${1}"]),
            FlowTask("two", "fails", ["x": "${one.y}"]),
        ])
        try flows.run(flow)
        failing.withLock { $0 = true }
        let order = FlowOrder(ignoresCache: true)
        let plan = try FlowPlanner(flows.setting)
            .plan(retrying: flows.store.run("a"), flow, order)
        #expect(plan.steps.map(\.action) == [.run, .open])
        #expect(try flows.retry(flow, order) == .failed)
        #expect(counts.withLock { $0 } == ["one": 2])
        failing.withLock { $0 = false }
        #expect(try flows.retry(flow) == .completed)
        #expect(try flows.states() == ["one": .cached, "two": .completed])
        #expect(counts.withLock { $0 } == ["one": 2])
    }

    @Test func aResultThatMayNotBeUsedElsewhereIsUsedByARetry() throws {
        let counts = Guarded<[String: Int]>([:])
        let failing = Guarded(true)
        let flows = try TestFlows(kinds: [
            doubling(counts, isReusable: false),
            TestKind("fails") { _ in
                if failing.withLock({ $0 }) { throw FlowError(.failed, "It is broken.") }
                return TaskResult()
            },
        ])
        let flow = Flow([
            FlowTask("one", "double", ["x": "${1}"]),
            FlowTask("two", "fails", ["x": "${one.y}"]),
            FlowTask("three", "double", ["x": "${two.y}"]),
        ])
        #expect(try flows.run(flow) == .failed)
        #expect(
            try flows.states() == ["one": .completed, "two": .failed, "three": .upstreamFailed]
        )
        #expect(try flows.store.run("a").reason == "two failed: It is broken.")
        failing.withLock { $0 = false }
        _ = try flows.retry(flow)
        #expect(try flows.states()["one"] == .cached)
        #expect(try flows.states()["two"] == .completed)
        try flows.run(flow, id: "c")
        #expect(try flows.states("c")["one"] == .completed)
        #expect(counts.withLock { $0["one"] } == 2)
    }

    @Test func anAttemptIsRepeatedAfterItsWaitAndCounted() throws {
        let attempts = Guarded<[Int]>([])
        let flows = try TestFlows(kinds: [
            TestKind("flaky") { call in
                attempts.withLock { $0.append(call.attempt) }
                if call.attempt < 3 { throw FlowError(.failed, "Not yet.") }
                return TaskResult()
            }
        ])
        var task = FlowTask("one", "flaky")
        task.retries = 2
        #expect(try flows.run(Flow([task])) == .completed)
        #expect(attempts.withLock { $0 } == [1, 2, 3])
        let states = try flows.store.history(of: 0, in: "a").map(\.to)
        #expect(
            states == [
                .scheduled, .running, .retrying, .running, .retrying, .running, .completed,
            ]
        )
    }

    @Test(arguments: [FlowErrorCode.invalid, .refused])
    func whatCannotSucceedIsNotRepeated(_ code: FlowErrorCode) throws {
        let flows = try TestFlows(kinds: [TestKind("refuses") { _ in throw FlowError(code, "No.") }]
        )
        var task = FlowTask("one", "refuses")
        task.retries = 5
        #expect(try flows.run(Flow([task])) == .failed)
        let record = try flows.store.tasks(of: "a")[0]
        #expect(record.attempt == 1)
        #expect(record.isRefused == (code == .refused))
    }

    @Test func aFalseConditionSkipsWhatRefersToIt() throws {
        let flows = try TestFlows(kinds: [doubling(Guarded([:]))])
        var one = FlowTask("one", "double", ["x": "${1}"])
        one.when = template("${1 > 2}")
        var always = FlowTask("always", "double", ["x": "${1}"], needs: ["one"])
        always.trigger = .done
        var onFailure = FlowTask("rescue", "double", ["x": "${1}"], needs: ["one"])
        onFailure.trigger = .failed
        let flow = Flow([one, FlowTask("two", "double", ["x": "${one.y}"]), always, onFailure])
        #expect(try flows.run(flow) == .completed)
        #expect(
            try flows.states() == [
                "one": .skipped, "two": .skipped, "always": .completed, "rescue": .skipped,
            ]
        )
    }

    @Test func aTaskForFailuresRunsAfterOne() throws {
        let flows = try TestFlows(kinds: [
            doubling(Guarded([:])), TestKind("fails") { _ in throw FlowError(.failed, "No.") },
        ])
        var rescue = FlowTask("rescue", "double", ["x": "${1}"], needs: ["one"])
        rescue.trigger = .failed
        let flow = Flow([
            FlowTask("one", "fails"), rescue,
            FlowTask("two", "double", ["x": "${1}"], needs: ["one"]),
        ])
        #expect(try flows.run(flow) == .failed)
        #expect(
            try flows.states() == ["one": .failed, "rescue": .completed, "two": .upstreamFailed]
        )
    }

    @Test func anApprovalWaitsWithoutAProcessAndIsAskedAgainAfterAChange() throws {
        let counts = Guarded<[String: Int]>([:])
        let flows = try TestFlows(kinds: [doubling(counts)])
        var task = FlowTask("one", "double", ["x": "${p_x}"])
        task.approval = TaskApproval(timeout: 3600)
        let flow = Flow(
            [task, FlowTask("two", "double", ["x": "${one.y}"])],
            parameters: [FlowParameter(name: "p_x", type: .integer, defaultValue: 1)]
        )
        #expect(try flows.run(flow) == .waitingApproval)
        #expect(flows.executor(flow).owner(of: "a") == nil)
        try flows.store.ask(.approve, of: "a", task: "one", author: "kim")
        let execution = try flows.executor(flow).answer("a")
        execution.execute()
        #expect(execution.wait() == .completed)
        #expect(try flows.states() == ["one": .completed, "two": .completed])
        #expect(try flows.retry(flow, FlowOrder(parameters: ["p_x": "2"])) == .waitingApproval)
        #expect(try flows.store.run("b").origin == .forked(from: "a"))
    }

    @Test func whatRanBeforeAnApprovalCanBeReferredToAfterIt() throws {
        let flows = try TestFlows(kinds: [doubling(Guarded([:]))])
        var task = FlowTask("two", "double", ["x": "${one.y}"])
        task.approval = TaskApproval()
        let flow = Flow([
            FlowTask("one", "double", ["x": "${3}"]), task,
            FlowTask("three", "double", ["x": "${one.y + two.y}"]),
        ])
        #expect(try flows.run(flow) == .waitingApproval)
        try flows.store.ask(.approve, of: "a", task: "two", author: "kim")
        let execution = try flows.executor(flow).answer("a")
        execution.execute()
        #expect(execution.wait() == .completed)
        #expect(try flows.result("three")?.values["y"] == .integer(36))
    }

    @Test func aFlowRunWhoseProcessLeavesIsPausedAndResumes() throws {
        let isBlocking = Guarded(true)
        let flows = try TestFlows(kinds: [
            TestKind("waits") { call in
                try call.reserve("the run")
                while isBlocking.withLock({ $0 }) { try call.checkCancellation() }
                return TaskResult([("y", FlowValue(.string(call.reservation ?? "")))])
            }
        ])
        let flow = Flow([FlowTask("one", "waits"), FlowTask("two", "waits", ["x": "${one.y}"])])
        let execution = try flows.executor(flow).create(flow, FlowOrder(), origin: .person, id: "a")
        let thread = try ServiceThread(name: "test") { execution.execute() }
        flows.waitUntilRunning("one")
        execution.leave("The program ends.")
        #expect(execution.wait() == .paused)
        thread.join()
        isBlocking.withLock { $0 = false }
        let again = try flows.executor(flow).resume("a")
        again.execute()
        #expect(again.wait() == .completed)
        #expect(try flows.store.tasks(of: "a")[0].reservation == "the run")
    }

    @Test func anExpiredResultIsMadeAgainButNotInARetry() throws {
        let counts = Guarded<[String: Int]>([:])
        let flows = try TestFlows(kinds: [doubling(counts)])
        var task = FlowTask("one", "double", ["x": "${1}"])
        task.cacheExpiration = 60
        let flow = Flow([task])
        try flows.run(flow)
        flows.clock.withLock { $0 += 61_000 }
        try flows.retry(flow)
        #expect(try flows.states() == ["one": .cached])
        try flows.run(flow, id: "b")
        #expect(try flows.states("b") == ["one": .completed])
        // A clock that was set back makes no result fresh.
        flows.clock.withLock { $0 -= 3_600_000 }
        try flows.run(flow, id: "c")
        #expect(try flows.states("c") == ["one": .completed])
    }

    @Test func filesAreKeptRestoredAndMissedWhenTheyAreGone() throws {
        let flows = try TestFlows(kinds: [
            TestKind("writes") { call in
                let path = "\(try call.scratch())/보고서 1.txt"
                try Files.writeNew("content".utf8, to: path)
                return TaskResult([], files: [.init(name: "out/보고서 1.txt", path: path)])
            }
        ])
        var flow = Flow([FlowTask("one", "writes")])
        flow.folder = flows.folder
        try flows.run(flow)
        let file = try #require(flows.result("one")?.files.first)
        let place = "\(flows.folder)/out/보고서 1.txt"
        #expect(!FilePaths.exists(place))
        try flows.run(flow, id: "b")
        #expect(try flows.states("b") == ["one": .cached])
        #expect(try Files.text(place) == "content")
        Files.remove(flows.setting.files.path(of: file))
        try flows.run(flow, id: "c")
        #expect(try flows.states("c") == ["one": .completed])
    }

    @Test(arguments: [
        (99, 0, "It needs 99 cores, and this machine has 4."),
        (1, 1, "It needs 1 GPU, and this machine has 0."),
    ])
    func aTaskThatNeedsMoreThanTheMachineHasFails(
        _ cores: Int,
        _ gpus: Int,
        _ reason: String
    ) throws {
        let flows = try TestFlows(kinds: [TestKind("work") { _ in TaskResult() }])
        var flow = Flow([FlowTask("one", "work")])
        flow.tasks[0].resources.cores = cores
        flow.tasks[0].resources.gpus = gpus
        #expect(try flows.run(flow) == .failed)
        let task = try flows.store.tasks(of: "a").first
        #expect(task?.reason == "\(reason) Change `resources` of one.")
    }

    @Test func theLimitOfATagHolds() throws {
        let most = Guarded((now: 0, most: 0))
        let flows = try TestFlows(
            cores: 8,
            kinds: [
                TestKind("counts", isReusable: false) { _ in
                    most.withLock {
                        $0.now += 1
                        $0.most = max($0.most, $0.now)
                    }
                    for _ in 0..<1000 { _ = most.withLock { $0.now } }
                    most.withLock { $0.now -= 1 }
                    return TaskResult()
                }
            ]
        )
        flows.limits.withLock { $0.tags = ["gpu": 1] }
        let tasks = (0..<6).map { number in
            var task = FlowTask("t\(number)", "counts")
            task.tags = ["gpu"]
            return task
        }
        #expect(try flows.run(Flow(tasks)) == .completed)
        #expect(most.withLock { $0.most } == 1)
    }

    @Test func aTaskThatWaitedForApprovalWaitsForWhatIsRetriedBeforeIt() throws {
        let flows = try TestFlows(kinds: [doubling(Guarded([:]))])
        var task = FlowTask("two", "double", ["x": "${1}"], needs: ["one"])
        task.approval = TaskApproval()
        let flow = Flow([FlowTask("one", "double", ["x": "${2}"]), task])
        #expect(try flows.run(flow) == .waitingApproval)
        let execution = try flows.executor(flow).retry("a", FlowOrder(from: "one"), forkID: "b")
        // Approved before anything runs again.
        #expect(try flows.states() == ["one": .pending, "two": .pending])
        execution.execute()
        #expect(execution.wait() == .waitingApproval)
    }

    @Test func aReservationIsKeptWithTheResult() throws {
        let flows = try TestFlows(kinds: [
            TestKind("reserves") { call in
                try call.reserve("the run")
                return TaskResult()
            }
        ])
        #expect(try flows.run(Flow([FlowTask("one", "reserves")])) == .completed)
        #expect(try flows.store.tasks(of: "a")[0].reservation == "the run")
    }

    @Test func aSecretIsMaskedInInputsAndReasons() throws {
        let flows = try TestFlows(kinds: [
            TestKind("fails") { call in
                throw FlowError(.invalid, "The server refused \(call.text("x") ?? "").")
            }
        ])
        let flow = Flow(
            [FlowTask("one", "fails", ["x": "Bearer ${p_token}"])],
            parameters: [
                FlowParameter(
                    name: "p_token",
                    type: .text,
                    defaultValue: "hunter2-secret",
                    isSecret: true
                )
            ]
        )
        try flows.run(flow)
        let record = try flows.store.tasks(of: "a")[0]
        #expect(record.inputs?["x"] == .string("Bearer ••••"))
        #expect(record.reason == "The server refused Bearer ••••.")
    }
}
