import JSON
import Platform
import Testing
import Workflows

/// What a plan says about each task, and whether the flow run does that.
@Suite struct PlanTests {
    /// Kinds that yield `y` from `x`, and one that always fails.
    private static func flows() throws -> TestFlows {
        try TestFlows(kinds: [
            TestKind("same") { TaskResult([("y", FlowValue($0.inputs["x"] ?? .null))]) },
            TestKind("fails") { _ in throw FlowError(.failed, "It is broken.") },
        ])
    }

    private static func actions(_ plan: FlowPlan) -> [String: FlowPlan.Action] {
        Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.task, $0.action) })
    }

    @Test func whatNeedsASkippedTaskIsSkipped() throws {
        let flows = try Self.flows()
        var skip = FlowTask("skip", "same", ["x": "${1}"])
        skip.when = template("${1 > 2}")
        var always = FlowTask("always", "same", ["x": "${2}"], needs: ["deeper"])
        always.trigger = .done
        let flow = Flow([
            skip,
            FlowTask("reads", "same", ["x": "${skip.y}"]),
            FlowTask("needs", "same", ["x": "${3}"], needs: ["skip"]),
            FlowTask("deeper", "same", ["x": "${4}"], needs: ["needs"]),
            always,
        ])
        let plan = try FlowPlanner(flows.setting).plan(flow, FlowOrder())
        #expect(
            Self.actions(plan) == [
                "skip": .skip, "reads": .skip, "needs": .skip, "deeper": .skip, "always": .run,
            ]
        )
        let reasons = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.task, $0.reasons) })
        #expect(reasons["skip"] == ["Its condition 1 > 2 is false."])
        #expect(reasons["reads"] == ["skip, which it refers to, is skipped."])
        #expect(reasons["deeper"] == ["needs, which it needs, is skipped."])
        #expect(try flows.run(flow) == .completed)
        #expect(
            try flows.states() == [
                "skip": .skipped, "reads": .skipped, "needs": .skipped, "deeper": .skipped,
                "always": .completed,
            ]
        )
    }

    @Test func whatATaskWouldTakeIsAskedIfItRuns() throws {
        var kind = TestKind("costly") { TaskResult([("y", FlowValue($0.inputs["x"] ?? .null))]) }
        kind.memory = { $0["x"] == .integer(2) ? 200 : 100 }
        let flows = try TestFlows(kinds: [kind])
        func costs(_ flow: Flow) throws -> [Int64?] {
            try FlowPlanner(flows.setting).plan(flow, FlowOrder()).steps.map(\.cost?.memoryBytes)
        }
        let first = FlowTask("a", "costly", ["x": "${1}"])
        #expect(try costs(Flow([first])) == [100])
        #expect(try flows.run(Flow([first])) == .completed)
        let others = [
            FlowTask("b", "costly", ["x": "${2}"]), FlowTask("c", "costly", ["x": "${b.y}"]),
        ]
        let known = try costs(Flow([first] + others))
        #expect(known == [nil, 200, nil], "a is reused, and the input of c is not known.")
        let many = (3..<23).map { FlowTask("t\($0)", "costly", ["x": "${\($0)}"]) }
        #expect(try costs(Flow(many)).count { $0 != nil } == 16)
    }

    @Test func whatRunsAfterAFailureIsOpenUntilNothingCanFail() throws {
        let flows = try Self.flows()
        var rescue = FlowTask("rescue", "same", ["x": "${2}"], needs: ["one"])
        rescue.trigger = .failed
        var report = FlowTask("report", "same", ["x": "${3}"], needs: ["rescue"])
        report.trigger = .done
        let flow = Flow([
            FlowTask("one", "same", ["x": "${1}"]), rescue, report,
            FlowTask("after", "same", ["x": "${4}"], needs: ["rescue"]),
        ])
        let planner = FlowPlanner(flows.setting)
        let first = try planner.plan(flow, FlowOrder())
        #expect(
            Self.actions(first) == ["one": .run, "rescue": .open, "report": .run, "after": .open]
        )
        #expect(
            first.steps.first { $0.task == "rescue" }?.reasons == ["It runs only if one fails."]
        )
        #expect(
            first.steps.first { $0.task == "after" }?.reasons == [
                "rescue comes first, and may be skipped."
            ]
        )
        #expect(try flows.run(flow) == .completed)
        // A result that `rescue` has from elsewhere does not make it run.
        try flows.run(Flow([FlowTask("rescue", "same", ["x": "${2}"])]), id: "b")
        let second = try planner.plan(retrying: flows.store.run("a"), flow, FlowOrder())
        #expect(
            Self.actions(second) == [
                "one": .reuse, "rescue": .skip, "report": .reuse, "after": .skip,
            ]
        )
        try flows.retry(flow)
        #expect(
            try flows.states() == [
                "one": .cached, "rescue": .skipped, "report": .cached, "after": .skipped,
            ]
        )
    }

    @Test func whatIsSkippedMayCountAsFailed() throws {
        let flows = try Self.flows()
        func rescue(_ name: String, _ need: String, _ x: String = "${6}") -> FlowTask {
            var task = FlowTask(name, "same", ["x": x], needs: [need])
            task.trigger = .failed
            return task
        }
        var skip = FlowTask("skip", "same", ["x": "${1}"])
        skip.when = template("${1 > 2}")
        var never = FlowTask("never", "same", ["x": "${2}"], needs: ["broken"])
        never.when = template("${1 > 2}")
        let flow = Flow([
            skip, FlowTask("broken", "fails"), never,
            FlowTask("both", "same", ["x": "${skip.y + broken.y}"]),
            rescue("handler", "skip", "${broken.y}"),
            FlowTask("reads", "same", ["x": "${skip.y}"], needs: ["broken"]),
            rescue("afterNever", "never", "${3}"), rescue("afterBoth", "both", "${4}"),
            rescue("afterHandler", "handler", "${5}"), rescue("afterReads", "reads"),
        ])
        let plan = try FlowPlanner(flows.setting).plan(flow, FlowOrder())
        let actions = Self.actions(plan)
        for task in ["skip", "never", "both", "handler", "reads", "afterReads"] {
            #expect(actions[task] == .skip, "\(task)")
        }
        for task in ["afterNever", "afterBoth", "afterHandler"] {
            #expect(actions[task] == .open, "\(task)")
        }
        #expect(try flows.run(flow) == .failed)
        #expect(
            try flows.states() == [
                "skip": .skipped, "broken": .failed, "never": .upstreamFailed,
                "both": .upstreamFailed, "handler": .upstreamFailed, "reads": .skipped,
                "afterNever": .completed, "afterBoth": .completed, "afterHandler": .completed,
                "afterReads": .skipped,
            ]
        )
    }

    @Test func aTaskForFailuresIsPlannedInARetryOfAFailure() throws {
        let flows = try Self.flows()
        var rescue = FlowTask("rescue", "same", ["x": "${2}"], needs: ["one"])
        rescue.trigger = .failed
        let flow = Flow([FlowTask("one", "fails"), rescue])
        #expect(try flows.run(flow) == .failed)
        let plan = try FlowPlanner(flows.setting)
            .plan(retrying: flows.store.run("a"), flow, FlowOrder())
        #expect(Self.actions(plan) == ["one": .run, "rescue": .open])
        try flows.retry(flow)
        #expect(try flows.states() == ["one": .failed, "rescue": .cached])
    }

    @Test func aConditionDecidesAsSoonAsItIsKnown() throws {
        let flows = try Self.flows()
        var never = FlowTask("never", "same", ["x": "${one.y}"])
        never.when = template("${p_on}")
        var unknown = FlowTask("unknown", "same", ["x": "${5}"])
        unknown.when = template("${one.y > 0}")
        unknown.references = ["one"]
        let flow = Flow(
            [
                FlowTask("one", "same", ["x": "${1}"]), never, unknown,
                FlowTask("after", "same", ["x": "${6}"], needs: ["unknown"]),
                FlowTask("both", "same", ["x": "${one.y + unknown.y}"]),
            ],
            parameters: [FlowParameter(name: "p_on", type: .boolean, defaultValue: false)]
        )
        let planner = FlowPlanner(flows.setting)
        let plan = try planner.plan(flow, FlowOrder())
        #expect(
            Self.actions(plan) == [
                "one": .run, "never": .skip, "unknown": .open, "after": .open, "both": .open,
            ]
        )
        #expect(
            plan.steps.last?.reasons == ["one and unknown come first, and what they yield decides."]
        )
        let on = try planner.plan(flow, FlowOrder(parameters: ["p_on": "true"]))
        #expect(Self.actions(on)["never"] == .open)
    }

    @Test func aForkDoesNotInheritTheOrderOfItsOrigin() throws {
        let isBroken = Guarded(false)
        let flows = try TestFlows(kinds: [
            TestKind("same") { call in
                if isBroken.withLock({ $0 }) { throw FlowError(.failed, "It is broken.") }
                return TaskResult([("y", FlowValue(call.inputs["x"] ?? .null))])
            }
        ])
        let flow = Flow(
            [FlowTask("one", "same", ["x": "${1}"]), FlowTask("two", "same", ["x": "${p_x}"])],
            parameters: [FlowParameter(name: "p_x", type: .integer, defaultValue: 1)]
        )
        try flows.run(flow)
        isBroken.withLock { $0 = true }
        #expect(try flows.run(flow, FlowOrder(ignoresCache: true), id: "b") == .failed)
        #expect(try flows.run(flow, FlowOrder(forced: ["one"]), id: "c") == .failed)
        isBroken.withLock { $0 = false }
        let planner = FlowPlanner(flows.setting)
        for origin in ["b", "c"] {
            func plan(_ order: FlowOrder) throws -> FlowPlan.Action? {
                let run = try flows.store.run(origin)
                return Self.actions(try planner.plan(retrying: run, flow, order))["one"]
            }
            #expect(try plan(FlowOrder()) == .run)
            let order = FlowOrder(parameters: ["p_x": "2"], ignoresCache: true)
            #expect(try plan(order) == .run)
            #expect(try plan(FlowOrder(parameters: ["p_x": "2"])) == .reuse)
        }
        try flows.retry(flow, FlowOrder(parameters: ["p_x": "2"]), id: "c", fork: "d")
        #expect(try flows.states("d") == ["one": .cached, "two": .completed])
    }

    @Test func aForkResumesNoAttempt() throws {
        let flows = try TestFlows(kinds: [
            TestKind("trains") { call in
                if call.reservation != nil { return TaskResult() }
                try call.reserve("run")
                throw FlowError(.failed, "It is broken.")
            }
        ])
        let flow = Flow(
            [FlowTask("one", "trains", ["x": "${1}"]), FlowTask("two", "trains", ["x": "${p_x}"])],
            parameters: [FlowParameter(name: "p_x", type: .integer, defaultValue: 1)]
        )
        #expect(try flows.run(flow) == .failed)
        let planner = FlowPlanner(flows.setting)
        let run = try flows.store.run("a")
        let order = FlowOrder(parameters: ["p_x": "2"])
        #expect(try planner.plan(retrying: run, flow, FlowOrder()).steps[0].action == .resume)
        #expect(try planner.plan(retrying: run, flow, order).steps[0].action == .run)
        #expect(try flows.retry(flow, order) == .failed)
        #expect(try flows.retry(flow) == .completed)
    }
}
