import JSON
import Screens
import TerminalUI
import Testing
import Workflows
import Workspace

@Suite struct FlowsMatrixTests {
    private let live = FlowRunSummary.live

    @Test func enterShowsTheTasksOfAMatrix() {
        var driver = Driver.flows()
        driver.go("enter", "enter")
        #expect(driver.state.flows.opened?.board.rows.count == 10)
        #expect(driver.state.flows.log == nil)
    }

    @Test func logOfAMatrixIsThatOfTheTaskThatRuns() {
        var driver = Driver.flows()
        driver.go("enter", "l")
        #expect(driver.screen.contains("Log of sft[seed=3]"))
        #expect(driver.screen.contains("line 40 of sft[seed=3]"))
        driver.go("esc")
        #expect(driver.state.flows.selectedTask(in: driver.state.library)?.id == "sft[seed=3]")
    }

    @Test func logOfAMatrixIsThatOfTheTaskThatFailed() {
        var tasks = TaskSummary.live
        tasks[3].state = .failed
        var driver = Driver.flows()
        driver.take(.flows(.detailed(FlowRunDetail(summary: live, tasks: tasks))))
        driver.go("enter", "l")
        #expect(driver.screen.contains("Log of sft[seed=2]"))
    }

    @Test func whyOfAMatrixNamesTheStatesOfItsTasks() {
        var tasks = TaskSummary.live
        tasks[3].state = .failed
        tasks[3].reason = "The loss is NaN."
        var driver = Driver.flows()
        driver.take(.flows(.detailed(FlowRunDetail(summary: live, tasks: tasks))))
        driver.go("enter")
        driver.press("w")
        #expect(driver.asked.allSatisfy { $0.work == nil })
        #expect(driver.screen.contains("1 failed, 1 running, 1 completed."))
        #expect(driver.screen.contains("sft[seed=2]  failed  The loss is NaN."))
        #expect(driver.screen.contains("sft[seed=3]  running"))
        driver.press("w")
        driver.take(.flows(.why(task: "sft")))
        #expect(driver.screen.contains("1 failed, 1 running, 1 completed."))
    }
}

@Suite struct SubflowTests {
    private let live = FlowRunSummary.live

    /// The tasks of a flow run of which `report` runs the flow `nightly`.
    private func opened(child: FlowRunSummary, outputs: JSONObject? = nil) -> Driver {
        var tasks = TaskSummary.live
        tasks[6] = TaskSummary(
            id: "report",
            name: "report",
            kind: "flow",
            state: outputs == nil ? .running : .cached,
            dependencies: ["evaluate"]
        )
        var driver = Driver.flows(runs: [live, child])
        driver.take(.flows(.detailed(FlowRunDetail(summary: live, tasks: tasks))))
        driver.go("enter")
        driver.take(.flows(.select(run: live.id, task: "report")))
        if let outputs {
            var detail = tasks[6].detail
            detail.outputs = outputs
            driver.take(.flows(.taskRead(detail, run: live.id)))
        }
        return driver
    }

    @Test func taskThatRunsAFlowLeadsToItsFlowRunAndEscapeBack() {
        var child = FlowRunSummary.waiting
        child.origin = .task(flowRun: live.id, task: "report")
        var driver = opened(child: child)
        #expect(driver.screen.contains("enter shows its flow run."))
        driver.go("enter")
        #expect(driver.state.flows.selected(in: driver.state.library)?.id == child.id)
        #expect(driver.state.flows.focus == .tasks)
        #expect(driver.screen.contains("? nightly · waiting for approval"))
        driver.go("esc")
        #expect(driver.state.flows.selected(in: driver.state.library)?.id == live.id)
        #expect(driver.state.flows.selectedTask(in: driver.state.library)?.id == "report")
        driver.go("esc")
        #expect(driver.state.flows.focus == .runs)
    }

    @Test func cachedTaskLeadsToTheFlowRunOfItsResult() {
        let child = FlowRunSummary.waiting
        var driver = opened(
            child: child,
            outputs: JSONObject([("flow_run", .string(child.id))])
        )
        driver.go("enter")
        #expect(driver.state.flows.selected(in: driver.state.library)?.id == child.id)
    }

    @Test func taskWhoseFlowRunIsUnknownOpensItsLog() {
        var driver = opened(child: .waiting)
        driver.go("enter")
        #expect(driver.state.flows.selected(in: driver.state.library)?.id == live.id)
        #expect(driver.state.flows.log != nil)
    }
}
