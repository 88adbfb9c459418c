import JSON
import Presentation
import Testing
import Workflows

@Suite struct FlowTextTests {
    private func plan(_ actions: [(String, FlowPlan.Action)]) -> FlowPlan {
        FlowPlan(
            flow: "f",
            parameters: [],
            values: JSONObject(),
            changes: [],
            steps: actions.map {
                .init(task: $0.0, kind: "shell", action: $0.1, reasons: ["Because.", "And so."])
            },
            isFork: false
        )
    }

    @Test func planNamesWhatIsReusedInOneLineAndTheRestInOneEach() {
        let plan = plan([
            ("a", .reuse), ("b", .reuse), ("c", .reuse), ("d", .reuse), ("e", .reuse), ("f", .run),
            ("g", .resume), ("h", .approve), ("i", .skip),
        ])
        #expect(plan.sentence == "5 reused, 1 resumed, 1 to run, 1 to be approved, 1 skipped")
        #expect(
            plan.lines().map { "\($0.verb) \($0.tasks) \($0.reason)" } == [
                "reuses a, b, c, d and 1 more ", "runs f Because. And so.",
                "resumes g Because. And so.", "asks h Because. And so.",
                "skips i Because. And so.",
            ]
        )
    }

    @Test(arguments: [1, 2, 3, 5, 100])
    func longPlanSaysHowMuchIsLeftOut(limit: Int) {
        let plan = plan((0..<50).map { ("t\($0)", .run) })
        let lines = plan.lines(limit: limit)
        #expect(lines.count <= limit)
        if limit < 50 {
            #expect(lines.last?.tasks == "\(50 - lines.count + 1) more tasks")
        } else {
            #expect(lines.count == 50)
        }
    }

    @Test func emptyPlanHasASentence() { #expect(plan([]).sentence == "nothing to do") }

    @Test func commandsOfFlowsHideSecretsAndQuote() {
        let order = FlowOrder(
            parameters: ["name": "a b", "token": "hush"],
            from: "sft[seed=1]",
            startsOver: false
        )
        #expect(
            CommandText.retryFlow("3f9a", order, secret: ["token"])
                == "workbench flow retry 3f9a -p 'name=a b' -p token=… --from 'sft[seed=1]'"
        )
        #expect(
            CommandText.decide(false, "promote", of: "3f9a", reason: "too high")
                == "workbench flow deny 3f9a promote --reason 'too high'"
        )
    }

    @Test func schedulesAreDescribed() {
        var schedule = FlowSchedule(trigger: .cron("0 2 * * 0"))
        schedule.timezone = "Asia/Seoul"
        #expect(FlowText.trigger(schedule) == "0 2 * * 0 in Asia/Seoul")
        schedule.trigger = .interval(seconds: 3600, start: 0)
        #expect(FlowText.trigger(schedule) == "every 1h00m")
        schedule.trigger = .dataset("faq")
        #expect(FlowText.trigger(schedule) == "when faq changes")
    }

    @Test func statesAreCountedTheMostPressingFirst() {
        #expect(
            FlowText.counts([.completed: 2, .failed: 1, .running: 0, .waitingApproval: 1])
                == "1 failed, 1 waiting for approval, 2 completed"
        )
    }
}
