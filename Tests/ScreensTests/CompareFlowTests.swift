import Runs
import Screens
import TerminalUI
import Testing
import Workflows
import Workspace

@Suite struct CompareFlowTests {
    @Test(arguments: [80, 140])
    func runOfAFlowNamesItInTheComparisonToo(width: Int) {
        let run = RunSummary.sample("sft-3", .failed) {
            $0.tags = ["workbench.flow_run": FlowRunSummary.failed.id]
        }
        var driver = Driver.opened(width: width, height: 40, runs: [run])
        driver.take(.library(.flowRuns(Driver.flowRuns)))
        driver.press("3")
        #expect(driver.screen.contains("sft-3 · faq-assis"))
        driver.press("R")
        #expect(driver.asked == [RunWork.retryPlan(run.id)])
        let plan = RetryPlan(run: run, resumableStep: 20, obstacle: nil, request: nil)
        driver.take(.run(.retryPlanned(plan)))
        driver.press("right", "enter")
        #expect(driver.state.pane == .flows)
        #expect(driver.asked.contains(FlowsWork.planRetry(FlowRunSummary.failed.id, FlowOrder())))
    }
}
