import FoundationEssentials
import JSON
import Platform
import Runs
import Screens
import TerminalUI
import Testing
import Workflows
import Workspace

@Suite struct FlowsTests {
    private let live = FlowRunSummary.live
    private let failed = FlowRunSummary.failed
    private let waiting = FlowRunSummary.waiting

    private func task(
        _ id: String,
        _ state: TaskState,
        attempt: Int = 1,
        reason: String? = nil
    ) -> Action {
        .event(
            .flow(
                .task(flowRun: live.id, task: id, state: state, attempt: attempt, reason: reason)
            )
        )
    }

    @Test func selectedFlowRunIsReadOnceThePaneAppears() {
        var driver = Driver.opened()
        driver.take(.library(.flowRuns(Driver.flowRuns)))
        #expect(driver.asked.isEmpty)
        driver.press("6")
        #expect(driver.asked.contains(FlowsWork.detail(live.id)))
        #expect(driver.asked.contains(FlowsWork.files))
    }

    @Test func manyEventsCostOneReadOfTheListAndOneOfTheTasks() {
        var driver = Driver.flows()
        driver.effects = []
        for _ in 0..<50 { driver.take(.event(.flow(.changed(flowRun: live.id)))) }
        #expect(driver.asked == [LibraryWork.readFlow(live.id), FlowsWork.detail(live.id)])
        driver.effects = []
        driver.take(.library(.flowRun(live, id: live.id)))
        driver.take(.flows(.detailed(live.detail)))
        #expect(driver.asked == [LibraryWork.readFlow(live.id), FlowsWork.detail(live.id)])
        driver.effects = []
        driver.take(.library(.flowRun(live, id: live.id)))
        driver.take(.flows(.detailed(live.detail)))
        #expect(driver.asked.isEmpty)
    }

    @Test func eventsOfTasksChangeStatesAndCountsWithoutARead() {
        var driver = Driver.flows()
        driver.effects = []
        driver.take(task("evaluate", .running))
        driver.take(
            .event(
                .flow(
                    .progress(
                        flowRun: live.id,
                        task: "evaluate",
                        TaskProgress(fraction: 0.25, text: "row 5 of 20")
                    )
                )
            )
        )
        #expect(driver.asked.isEmpty)
        let board = driver.state.flows.opened?.board
        let evaluate = board?.tasks.first { $0.id == "evaluate" }
        #expect(evaluate?.state == .running)
        #expect(evaluate?.startedAt == driver.now)
        #expect(evaluate?.progress?.text == "row 5 of 20")
        #expect(board?.groups.first { $0.name == "evaluate" }?.counts[.running] == 1)
        let counts = driver.state.library.flowRun(live.id)?.counts
        #expect(counts?[.running] == 2)
        #expect(counts?[.pending] == 3)
        driver.take(task("evaluate", .completed))
        #expect(driver.state.library.flowRun(live.id)?.counts[.running] == 1)
        #expect(
            driver.state.flows.opened?.board.tasks.first { $0.id == "evaluate" }?.progress == nil
        )
    }

    @Test func flowRunThatWaitsForRoomIsReportedOnce() {
        var driver = Driver.flows()
        let counts = driver.state.library.flowRun(live.id)?.counts
        driver.take(task("", .running, reason: "No room is left."))
        #expect(driver.state.message?.text == "faq-assistant aaaaaaaa waits: No room is left.")
        let logged = driver.state.log.count
        driver.take(task("", .running, reason: "No room is left."))
        #expect(driver.state.log.count == logged)
        #expect(driver.state.library.flowRun(live.id)?.counts == counts)
    }

    @Test func readThatBeganBeforeAnEventDoesNotRevertIt() {
        var driver = Driver.flows()
        driver.take(.event(.flow(.changed(flowRun: live.id))))
        driver.take(task("evaluate", .running))
        driver.take(.flows(.detailed(live.detail)))
        #expect(
            driver.state.flows.opened?.board.tasks.first { $0.id == "evaluate" }?.state == .running
        )
    }

    @Test func liveFlowRunIsLookedAtOnceASecondAndOnlyWhileItIsShown() {
        var other = live
        other.isMine = false
        var driver = Driver.flows(runs: [other, failed])
        driver.go("enter", "down", "down")
        #expect(driver.state.deadline == driver.now.addingTimeInterval(1))
        driver.now = driver.now.addingTimeInterval(1)
        driver.effects = []
        driver.take(.deadline)
        #expect(driver.asked == [FlowsWork.log(of: "report", in: live.id, after: 900)])
        #expect(driver.screen.contains("1m13s"))
        driver.press("1")
        #expect(driver.state.deadline == nil)
        driver.go("6", "esc", "down")
        #expect(driver.state.deadline == nil)
    }

    @Test func newFlowRunOfAnotherProcessIsReadWithTheList() {
        var driver = Driver.flows()
        driver.effects = []
        driver.take(.event(.flow(.changed(flowRun: "unknown"))))
        #expect(driver.asked == [LibraryWork.read(.flows)])
    }

    @Test func deletedFlowRunLeavesTheList() {
        var driver = Driver.flows()
        driver.take(.library(.flowRun(nil, id: live.id)))
        #expect(driver.state.library.flowRuns?.map(\.id) == [failed.id, waiting.id])
        #expect(driver.state.flows.selected(in: driver.state.library)?.id == failed.id)
    }

    @Test(
        arguments: [
            (.completed, nil, "completed."), (.failed, "exit 1", "failed: exit 1 R retries it."),
            (.crashed, nil, "died. R continues it."), (.cancelled, nil, "was cancelled."),
            (.waitingApproval, nil, "waits for an approval. A decides."),
        ] as [(FlowState, String?, String)]
    )
    func endOfAFlowRunIsReported(state: FlowState, reason: String?, words: String) {
        var driver = Driver.flows()
        driver.take(.event(.flow(.ended(flowRun: live.id, state: state, reason: reason))))
        #expect(driver.state.message?.text.hasSuffix(words) == true)
        #expect(driver.state.library.flowRun(live.id)?.state == state)
    }

    @Test func filterFindsFlowRunsByNameAndState() {
        var driver = Driver.flows()
        driver.press("/")
        driver.type("waiting")
        #expect(driver.state.flows.shown(in: driver.state.library).map(\.id) == [waiting.id])
        driver.press("enter")
        #expect(driver.state.flows.selected(in: driver.state.library)?.id == waiting.id)
        driver.press("esc")
        #expect(driver.state.flows.shown(in: driver.state.library).count == 3)
    }

    @Test func matrixIsOneRowUntilItIsExpanded() {
        var driver = Driver.flows()
        driver.go("enter")
        #expect(driver.state.flows.opened?.board.rows.count == 7)
        #expect(driver.screen.contains("sft ×3 1● 2✓"))
        driver.go("space")
        #expect(driver.state.flows.opened?.board.rows.count == 10)
        driver.go("down", "down", "down")
        #expect(driver.state.flows.selectedTask(in: driver.state.library)?.id == "sft[seed=3]")
        driver.go("left")
        #expect(driver.state.flows.opened?.board.rows.count == 7)
        #expect(driver.state.flows.opened?.item == .matrix(2))
    }

    @Test func filterFindsTasksInAMatrix() {
        var driver = Driver.flows()
        driver.go("enter", "/")
        driver.type("train completed")
        let rows = driver.state.flows.opened?.board.rows.count
        #expect(rows == 3)
        driver.press("enter", "esc")
        #expect(driver.state.flows.opened?.board.rows.count == 7)
    }

    @Test func arrowsMoveInTheGraph() {
        var driver = Driver.flows(width: 200, height: 60)
        driver.go("enter", "right", "right")
        #expect(["report", "register"].contains(driver.state.flows.opened?.selected?.id ?? ""))
        driver.go("left", "left", "left", "left")
        #expect(driver.state.flows.opened?.selected?.id == "clean")
        driver.go("g", "down")
        #expect(driver.state.flows.opened?.selected?.id == "cpt")
    }

    @Test func trainingIsFollowedIntoItsRunAndEscapeReturns() {
        let training = RunSummary.sample("faq-ko", .running) { $0.id = "run-of-sft[seed=3]" }
        var driver = Driver.flows(trainings: [training])
        driver.go("enter", "space", "down", "down", "down")
        driver.press("enter")
        #expect(driver.state.pane == .run)
        #expect(driver.selectedRun?.id == training.id)
        driver.press("esc")
        #expect(driver.state.pane == .flows)
        #expect(driver.state.flows.selectedTask(in: driver.state.library)?.id == "sft[seed=3]")
    }

    @Test func taskOfAnotherKindOpensItsLog() {
        var driver = Driver.flows()
        driver.go("enter", "down", "down", "enter")
        #expect(driver.state.pane == .flows)
        #expect(driver.state.flows.log != nil)
    }

    @Test func whyIsShownInSentences() {
        var driver = Driver.flows()
        driver.go("enter", "down")
        driver.press("w")
        #expect(driver.asked == [FlowsWork.why("evaluate", of: live.id)])
        driver.take(.flows(.whyRead(["Its input data changed: a1 to b2."], task: "evaluate")))
        #expect(driver.screen.contains("Its input data changed: a1 to b2."))
        driver.press("w")
        #expect(driver.state.overlay == nil)
    }

    @Test func tenThousandTasksAreAListOfWhichOnlyTheVisibleIsDrawn() {
        let tasks = (0..<10_000).map { index in
            TaskSummary(
                id: "t[i=\(index)]",
                name: index % 2 == 0 ? "even" : "odd\(index)",
                kind: "shell",
                state: .pending,
                dependencies: index < 2 ? [] : ["t[i=\(index - 2)]"]
            )
        }
        var driver = Driver.flows()
        driver.take(.flows(.detailed(FlowRunDetail(summary: live, tasks: tasks))))
        #expect(driver.state.flows.opened?.board.layout == nil)
        driver.go("enter", "end")
        #expect(driver.screen.contains("5001 of 5001"))
        driver.take(task("t[i=9999]", .running))
        #expect(driver.state.flows.opened?.board.tasks[9_999].state == .running)
        driver.go("v", "home")
        #expect(driver.screen.contains("1 of 5001"))
    }
}
