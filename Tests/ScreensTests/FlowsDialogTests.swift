import Screens
import TerminalUI
import Testing
import Workflows

@Suite struct FlowsDialogTests {
    @Test func cancellingNamesBothAnswersByWhatTheyDo() {
        var driver = Driver.flows()
        driver.press("x")
        #expect(driver.screen.contains("Stop faq-assistant aaaaaaaa?"))
        #expect(driver.screen.contains("1 task that runs gets TERM and time to end"))
        #expect(driver.screen.contains("[ Keep running ]   Stop flow run"))
        driver.press("enter")
        #expect(driver.asked.allSatisfy { $0.work == nil })
        driver.press("x", "right", "enter")
        #expect(driver.asked == [FlowsWork.control(.cancel, FlowRunSummary.live.id)])
    }

    @Test func severalTasksThatWaitAreSaidInThePlural() {
        var run = FlowRunSummary.waiting
        run.awaitsApproval = ["promote", "publish"]
        #expect(
            Driver.flows(runs: [run]).screen.contains("promote, publish wait for your approval")
        )
        run.awaitsApproval = ["promote"]
        #expect(Driver.flows(runs: [run]).screen.contains("promote waits for your approval"))
    }
}
