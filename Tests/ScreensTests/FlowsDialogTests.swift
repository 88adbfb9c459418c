import JSON
import Platform
import Runs
import Screens
import TerminalUI
import Testing
import Workflows
import Workspace

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

    private let broken = "/w/flows/broken.yaml"
    private let faults = [
        "3:5: There is no task `clen`. Did you mean `clean`?",
        "7:11: There is no kind of task `shel`. Did you mean `shell`?",
    ]

    @Test func faultyFlowIsListedWithItsFirstFault() throws {
        var driver = Driver.flows()
        driver.press("n")
        let screen = driver.screen
        #expect(screen.contains("broken  ✗ broken.yaml:3:5: there is no task clen"))
        let last = try #require(screen.firstRange(of: "korean"))
        let marked = try #require(screen.firstRange(of: "broken  ✗"))
        #expect(last.lowerBound < marked.lowerBound)
        driver.type("brok")
        driver.press("enter")
        #expect(driver.asked == [FlowsWork.outline(broken)])
    }

    @Test func flowsOfTheSameNameAreToldApartByTheirPaths() {
        var driver = Driver.flows(width: 120)
        let files = [
            FlowFileSummary(name: "nightly", path: "/w/flows/nightly.yaml"),
            FlowFileSummary(name: "nightly", path: "/home/kim/nightly.yaml"),
            FlowFileSummary(name: "weekly", path: "/w/flows/weekly.yaml"),
        ]
        driver.take(.flows(.filesRead(files, [], .nobody)))
        driver.press("n")
        #expect(driver.screen.contains("/w/flows/nightly.yaml"))
        #expect(driver.screen.contains("/home/kim/nightly.yaml"))
        #expect(!driver.screen.contains("/w/flows/weekly.yaml"))
    }

    @Test func faultyFlowShowsAllItsFaults() {
        var driver = Driver.flows()
        driver.go("f", "down", "down", "down")
        driver.press("n")
        #expect(driver.asked == [FlowsWork.outline(broken)])
        let error = WorkspaceError(.invalid, "\(broken) has 2 faults.", details: faults)
        driver.take(.flows(.outlineFailed(error, path: broken)))
        for fault in faults { #expect(driver.screen.contains(fault)) }
        #expect(driver.screen.contains("workbench flow validate \(broken)"))
        #expect(driver.asked.contains(FlowsWork.files))
        driver.press("esc")
        #expect(driver.state.overlay == nil)
        #expect(driver.state.flows.form == nil)
    }

    @Test func leavingSaysWhichProgramsStartAgain() {
        var driver = Driver.flows()
        driver.press("q")
        #expect(driver.screen.contains("p continues from there."))
        #expect(driver.screen.contains("programs of shell and python tasks start again"))
        var own = Driver.opened(runs: [.sample("own", .running, isMine: true)])
        own.press("q")
        #expect(!own.screen.contains("start again"))
        #expect(own.screen.contains("R resumes it at the same step."))
    }

    @Test func leavingBeforeWhatWasOrderedBeganAsks() {
        let failed = FlowRunSummary.failed
        var driver = Driver.flows(runs: [failed])
        driver.take(.flows(.retryNow(run: failed.id, FlowOrder(), secret: [])))
        driver.press("q")
        #expect(driver.state.exit == nil)
        #expect(driver.screen.contains("Leave while retrying faq-assistant bbbbbbbb?"))
        driver.press("enter")
        #expect(driver.state.exit == nil)
        driver.take(.flows(.started(failed, command: "")))
        driver.press("q")
        #expect(driver.state.exit == .left)
        var run = Driver.opened()
        run.take(.library(.starting("resuming sft-3")))
        run.press("q")
        #expect(run.screen.contains("Leave while resuming sft-3?"))
        run.press("right", "enter")
        #expect(run.state.exit == .left)
    }

    @Test func longReasonsOfAPlanAreLeftOutRatherThanCut() {
        let reason = String(repeating: "The input data changed. ", count: 6)
        let plan = FlowPlan(
            flow: "faq-assistant",
            parameters: [],
            values: .init(),
            changes: [],
            steps: (1...9).map {
                .init(task: "task\($0)", kind: "shell", action: .run, reasons: [reason])
            },
            isFork: false
        )
        var driver = Driver.flows()
        driver.take(.flows(.retryPlanned(plan, FlowOrder(), run: FlowRunSummary.failed.id)))
        #expect(driver.screen.contains("and     6 more tasks"))
        #expect(driver.screen.contains("[ Cancel ]"))
        #expect(driver.screen.contains("Plan"))
        #expect(!driver.screen.contains("task4"))
    }

    @Test func reasonOfADisabledKeyFitsANarrowScreen() {
        var driver = Driver.flows()
        driver.go("enter", "g")
        #expect(driver.screen.contains("Not now: the screen is narrower than 100 columns"))
    }
}

@Suite struct EndsElsewhereTests {
    @Test func endOfAFlowRunOfAnotherProcessIsReportedOnce() {
        var other = FlowRunSummary.live
        other.isMine = false
        other.ownerProcess = 99
        var driver = Driver.flows(runs: [other, .failed])
        #expect(driver.state.message == nil)
        other.ownerProcess = nil
        other.state = .failed
        other.reason = "evaluate failed: exit 1."
        driver.take(.library(.flowRun(other, id: other.id)))
        #expect(
            driver.state.message?.text
                == "faq-assistant aaaaaaaa failed: evaluate failed: exit 1. R retries it."
        )
        let logged = driver.state.log.count
        driver.take(.library(.flowRuns([other, .failed])))
        #expect(driver.state.log.count == logged)
    }

    @Test func crashThatAnEventReportedIsNotReportedAgain() {
        var other = FlowRunSummary.live
        other.isMine = false
        other.ownerProcess = 99
        var driver = Driver.flows(runs: [other])
        driver.take(.event(.flow(.ended(flowRun: other.id, state: .crashed, reason: nil))))
        let logged = driver.state.log.count
        #expect(driver.state.message?.text.contains("died") == true)
        other.state = .crashed
        other.ownerProcess = nil
        driver.take(.library(.flowRun(other, id: other.id)))
        #expect(driver.state.log.count == logged)
    }

    private func training(_ status: RunCondition, owner: Int32?, ofFlow: Bool = false) -> RunSummary
    {
        .sample("faq-7", status) {
            $0.ownerProcess = owner
            $0.resultPath = status == .finished ? "/w/artifacts/faq-7" : nil
            if ofFlow { $0.tags["workbench.flow_run"] = FlowRunSummary.live.id }
        }
    }

    @Test(
        arguments: [
            (.finished, "faq-7 finished. e registers it."),
            (.stopped, "faq-7 stopped. R resumes it."),
            (.failed, "faq-7 failed: No reason was given."),
        ] as [(RunCondition, String)]
    )
    func endOfARunOfAnotherProcessIsReported(status: RunCondition, words: String) {
        var driver = Driver.opened(runs: [training(.running, owner: 99)])
        #expect(driver.state.message == nil)
        driver.take(.library(.runs([training(status, owner: nil)])))
        #expect(driver.state.message?.text == words)
    }

    @Test func runsOfClientsAndTasksOfFlowsEndWithoutAMessage() {
        var client = Driver.opened(runs: [training(.running, owner: nil)])
        client.take(.library(.runs([training(.finished, owner: nil)])))
        #expect(client.state.message == nil)
        var task = Driver.opened(runs: [training(.running, owner: 99, ofFlow: true)])
        task.take(.library(.runs([training(.finished, owner: nil, ofFlow: true)])))
        #expect(task.state.message == nil)
    }
}
