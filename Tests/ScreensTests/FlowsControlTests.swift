import FoundationEssentials
import JSON
import Platform
import Runs
import Screens
import TerminalUI
import Testing
import Workflows
import Workspace

@Suite struct FlowsControlTests {
    private let live = FlowRunSummary.live
    private let failed = FlowRunSummary.failed
    private let waiting = FlowRunSummary.waiting

    /// The dialog of the retry of the failed flow run.
    private func retrying(width: Int = 80, _ order: FlowOrder = FlowOrder()) -> Driver {
        var driver = Driver.flows(width: width)
        driver.go("down")
        driver.press("R")
        driver.take(.flows(.retryPlanned(.retry(), order, run: failed.id)))
        driver.effects = []
        return driver
    }

    @Test func retryPlansFirstAndCancelIsTheDefault() {
        var driver = Driver.flows()
        driver.go("down")
        driver.press("R")
        #expect(driver.asked == [FlowsWork.planRetry(failed.id, FlowOrder())])
        var asked = retrying()
        asked.press("enter")
        #expect(asked.asked.isEmpty)
        #expect(asked.state.overlay == nil)
    }

    @Test func retryRunsWhatHasNoResult() {
        var driver = retrying()
        driver.press("right", "enter")
        #expect(
            driver.asked == [FlowsWork.retry(failed.id, FlowOrder(), secret: ["token"])]
        )
        #expect(driver.state.flows.starting == "retrying faq-assistant bbbbbbbb")
        driver.press("R")
        #expect(driver.state.message?.text.contains("retrying") == true)
        driver.effects = []
        driver.take(.flows(.started(failed, command: "workbench flow retry bbbbbbbb")))
        #expect(driver.asked.contains(LibraryWork.readFlow(failed.id)))
        #expect(driver.state.flows.starting == nil)
        #expect(driver.state.message?.text == "faq-assistant bbbbbbbb is running.")
    }

    @Test func otherWaysToRetryShowTheirPlanFirst() {
        var driver = retrying()
        driver.press("right", "right", "enter")
        #expect(
            driver.asked == [FlowsWork.planRetry(failed.id, FlowOrder(from: "evaluate"))]
        )
        var second = retrying()
        second.press("right", "right", "right", "enter")
        let start = FlowOrder(startsOver: true)
        #expect(second.asked == [FlowsWork.planRetry(failed.id, start)])
        second.take(.flows(.retryPlanned(.retry(), start, run: failed.id)))
        #expect(second.screen.contains("from the start?"))
        #expect(second.screen.contains("From failed"))
    }

    @Test func everyButtonOfTheRetryFitsANarrowScreen() {
        var driver = retrying()
        for button in ["Cancel", "Retry", "From this task", "From start", "Edit"] {
            #expect(driver.screen.contains(button))
        }
        driver.press("left", "enter")
        #expect(driver.state.flows.form?.flow == "faq-assistant")
    }

    @Test func editedParameterMakesAForkAndSecretsAreNotShown() throws {
        var driver = Driver.flowForm()
        driver.press("down")
        driver.type("3")
        let order = FlowOrder(parameters: ["max_loss": "3"])
        #expect(driver.asked == [FlowsWork.planFork(failed.id, order)])
        driver.take(.flows(.planned(.retry(isFork: true), order)))
        driver.press("down")
        driver.type("hush")
        #expect(!driver.screen.contains("hush"))
        #expect(driver.screen.contains("****"))
        let form = try #require(driver.state.flows.form)
        #expect(form.order?.parameters == ["max_loss": "3", "token": "hush"])
        driver.press("enter")
        #expect(
            driver.asked.contains(
                FlowsWork.retry(
                    failed.id,
                    FlowOrder(parameters: ["max_loss": "3", "token": "hush"]),
                    secret: ["token"]
                )
            )
        )
        driver.take(.flows(.startFailed(WorkspaceError(.full, "No room is left."))))
        #expect(driver.state.flows.form?.isStarting == false)
        #expect(driver.screen.contains("No room is left."))
    }

    @Test(
        arguments: [
            ("epochs", "two", false), ("epochs", "2.5", false), ("epochs", "3", true),
            ("lines", "[1, 2", false), ("lines", "{\"a\":1}", false), ("lines", "[1, 2]", true),
            ("name", "", false), ("name", "x", true),
        ]
    )
    func answersAreCheckedByTheirType(name: String, text: String, isValid: Bool) throws {
        var driver = Driver.flows()
        let outline = FlowOutline(
            name: "typed",
            path: "/w/flows/typed.yaml",
            parameters: [
                FlowParameter(name: "epochs", type: .integer, defaultValue: .integer(2)),
                FlowParameter(name: "lines", type: .list, defaultValue: .array([.integer(1)])),
                FlowParameter(name: "name", type: .text, defaultValue: .null),
            ]
        )
        driver.take(.flows(.outlined(outline)))
        var form = try #require(driver.state.flows.form)
        #expect(form.order == nil)
        for field in ["p.epochs", "p.lines", "p.name"] where field != "p.\(name)" {
            if field == "p.name" {
                form.form.set(field, "faq")
                form.form.setProblem(field, nil)
            }
        }
        driver.state.flows.form = form
        driver.state.flows.form?.form.focus("p.\(name)")
        driver.press("ctrl+u")
        driver.type(text)
        #expect((driver.state.flows.form?.order != nil) == isValid)
    }

    @Test func flowIsStartedFromItsForm() {
        var driver = Driver.flows()
        driver.go("f")
        driver.press("n")
        let path = "/w/flows/faq-assistant.yaml"
        #expect(driver.asked == [FlowsWork.outline(path)])
        driver.take(
            .flows(.outlined(FlowOutline(name: "faq-assistant", path: path, parameters: [])))
        )
        #expect(driver.asked.contains(FlowsWork.plan(path, FlowOrder())))
        driver.press("enter")
        #expect(driver.asked == [FlowsWork.start(path, FlowOrder(), secret: [])])
        driver.take(.flows(.started(live, command: "workbench flow run \(path)")))
        #expect(driver.state.flows.form == nil)
        #expect(driver.state.flows.selected(in: driver.state.library)?.id == live.id)
    }

    @Test func flowToStartIsChosenByName() {
        var driver = Driver.flows()
        driver.press("n")
        driver.type("night")
        driver.press("enter")
        #expect(driver.asked == [FlowsWork.outline("/w/flows/nightly.yaml")])
    }

    @Test func onlyWaitingTaskIsDecidedWithAReason() {
        var driver = Driver.flows()
        driver.go("down", "down", "A")
        driver.press("right", "right", "enter")
        driver.type("loss too high")
        driver.press("enter")
        #expect(
            driver.asked == [
                FlowsWork.decide(
                    "promote",
                    of: waiting.id,
                    isApproved: false,
                    reason: "loss too high"
                )
            ]
        )
    }

    @Test func approvalNeedsNoReason() {
        var driver = Driver.flows()
        driver.go("down", "down", "A")
        driver.press("right", "enter", "enter")
        #expect(
            driver.asked == [
                FlowsWork.decide("promote", of: waiting.id, isApproved: true, reason: "")
            ]
        )
    }

    @Test func oneOfSeveralWaitingTasksIsChosen() {
        var run = waiting
        run.awaitsApproval = ["promote", "publish"]
        var driver = Driver.flows(runs: [run])
        driver.press("A")
        driver.type("publish")
        driver.press("enter")
        guard case .question(let question) = driver.state.overlay else {
            Issue.record("nothing is asked")
            return
        }
        #expect(question.dialog.title.hasPrefix("Approve publish"))
    }

    @Test func cancelAndDeleteAskAndPauseDoesNot() {
        var driver = Driver.flows()
        driver.press("x", "right", "enter")
        #expect(driver.asked == [FlowsWork.control(.cancel, live.id)])
        driver.press("p")
        #expect(driver.asked == [FlowsWork.control(.pause, live.id)])
        var paused = live
        paused.state = .paused
        driver.take(.library(.flowRun(paused, id: paused.id)))
        driver.press("p")
        #expect(driver.asked == [FlowsWork.control(.resume, live.id)])
        driver.go("down")
        driver.press("D", "right", "enter")
        #expect(driver.asked == [FlowsWork.control(.delete, failed.id)])
        driver.take(.flows(.controlled(.delete, run: failed.id)))
        #expect(driver.state.library.flowRun(failed.id) == nil)
    }

    @Test(
        arguments: [
            ("R", "is still live"), ("D", "is still live"), ("A", "waits for no approval"),
            ("o", "f shows the schedules"),
        ] as [(Key, String)]
    )
    func disabledKeySaysWhy(key: Key, reason: String) {
        var driver = Driver.flows()
        driver.press(key)
        #expect(driver.asked.allSatisfy { $0.work == nil })
        #expect(driver.state.message?.text.contains(reason) == true)
    }

    @Test(
        arguments: [
            (.paused, "is paused, p continues it"),
            (.waitingApproval, "waits for an approval, A decides"),
            (.running, "is still live, x stops it"),
        ] as [(FlowState, String)]
    )
    func retryOfALiveFlowRunNamesTheKeyThatHelps(state: FlowState, reason: String) {
        var run = live
        run.state = state
        var driver = Driver.flows(runs: [run])
        driver.press("R")
        #expect(driver.state.message?.text.contains(reason) == true)
    }

    @Test(arguments: ["n", "R", "A", "p", "x", "D", "o"] as [Key])
    func readOnlyPaneChangesNothing(key: Key) {
        var driver = Driver.flows(isReadOnly: true)
        driver.press(key)
        #expect(driver.asked.allSatisfy { $0.work == nil })
        #expect(driver.state.overlay == nil)
        #expect(driver.state.message?.text.contains("opened with --readonly") == true)
    }

    @Test func scheduleIsSwitchedByOneKey() {
        var driver = Driver.flows()
        driver.go("f", "down", "down")
        driver.press("o")
        #expect(driver.asked == [FlowsWork.setSchedule(.nightly(isOn: true), isOn: false)])
        driver.effects = []
        driver.take(.event(.flow(.schedulesChanged)))
        driver.take(.event(.flow(.schedulesChanged)))
        #expect(driver.asked == [FlowsWork.files])
    }
}

@Suite struct FlowsElsewhereTests {
    @Test func openScreenExecutesSchedulesUnlessItIsReadOnly() {
        var driver = Driver()
        driver.take(.opened(folder: "/w", access: .full))
        #expect(driver.asked.contains(FlowsWork.startScheduling))
        var readOnly = Driver(isReadOnly: true)
        readOnly.take(.opened(folder: "/w", access: .full))
        #expect(!readOnly.asked.contains(FlowsWork.startScheduling))
        var locked = Driver()
        locked.take(.opened(folder: "/w", access: .readOnly(reason: "It is newer.")))
        #expect(!locked.asked.contains(FlowsWork.startScheduling))
    }

    private static func training(_ id: String, isMine: Bool = true) -> RunSummary {
        .sample("sft-3", .running, isMine: isMine) {
            $0.id = id
            $0.tags = [
                "workbench.flow_run": FlowRunSummary.live.id,
                "workbench.flow_task": "sft[seed=3]",
            ]
        }
    }

    @Test func leavingHandsALiveFlowOverWithItsTasks() {
        var driver = Driver.flows(trainings: [
            Self.training("t"), .sample("own", .running, isMine: true),
        ])
        driver.press("q")
        #expect(driver.screen.contains("Leave while faq-assistant and 1 more are running?"))
        driver.press("right", "enter")
        let own = RunSummary.sample("own", .running).id
        #expect(
            driver.asked == [
                ScreenWork.detach(own), FlowsWork.detach(FlowRunSummary.live.id),
            ]
        )
        driver.take(.screen(.detached(run: own, process: 1)))
        #expect(driver.state.exit == nil)
        driver.take(.screen(.detached(run: FlowRunSummary.live.id, process: 2)))
        #expect(driver.state.exit == .left)
    }

    @Test func flowOfAnotherProcessDoesNotHoldTheScreen() {
        var other = FlowRunSummary.live
        other.isMine = false
        var driver = Driver.flows(runs: [other])
        driver.press("q")
        #expect(driver.state.exit == .left)
    }

    @Test func runOfAFlowNamesItAndOffersItsRetry() {
        let run = RunSummary.sample("sft-3", .failed) {
            $0.tags = [
                "workbench.flow_run": FlowRunSummary.failed.id,
                "workbench.flow_task": "sft[seed=3]",
            ]
        }
        var driver = Driver.opened(width: 140, height: 40, runs: [run])
        driver.take(.library(.flowRuns(Driver.flowRuns)))
        #expect(driver.screen.contains("flow sft[seed=3] of faq-assistant"))
        driver.press("R")
        let plan = RetryPlan(run: run, resumableStep: 20, obstacle: nil, request: nil)
        driver.take(.run(.retryPlanned(plan)))
        #expect(driver.screen.contains("sft[seed=3] of faq-assistant"))
        driver.press("right", "enter")
        #expect(driver.state.pane == .flows)
        #expect(driver.asked.contains(FlowsWork.planRetry(FlowRunSummary.failed.id, FlowOrder())))
        #expect(
            driver.state.flows.selected(in: driver.state.library)?.id == FlowRunSummary.failed.id
        )
    }

    @Test func topBarShowsALiveFlow() {
        #expect(Driver.flows().screen.contains("● faq-assistant  4/9"))
        #expect(WindowTitle.text(Driver.flows().state) == "4/9 faq-assistant")
    }
}
