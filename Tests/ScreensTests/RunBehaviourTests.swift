import Platform
import Presentation
import Runs
import Screens
import TerminalUI
import Testing
import Tracking
import Training
import Workspace

@Suite struct RunBehaviourTests {
    static let run = RunScreenTests.runs[0]

    @Test func stepMovesFiguresCurveAndTitle() {
        var driver = RunScreenTests.live()
        driver.take(.event(.run(.step(run: Self.run.id, .sample(step: 24, loss: 1.7)))))
        let live = driver.state.library.liveRun
        #expect(live?.loss == 1.7)
        #expect(live?.stepsDone == 25)
        #expect(live?.secondsRemaining == 70)
        #expect(driver.state.run.curves?.losses.last == 1.7)
        #expect(driver.asked.isEmpty)
        #expect(WindowTitle.text(driver.state) == "41 % faq-ko-r16 1m10s")
    }

    @Test func stepSeenTwiceChangesNothing() {
        // NaN is not equal to itself, so a run with such a loss is left out.
        var driver = Driver.opened(runs: [Self.run])
        driver.take(.run(.detailed(Self.run.detail)))
        driver.take(.event(.run(.step(run: Self.run.id, .sample(step: 24, loss: 1.7)))))
        let once = driver.state
        driver.take(.event(.run(.step(run: Self.run.id, .sample(step: 24, loss: 1.7)))))
        #expect(driver.state == once)
    }

    @Test func missedStepHasTheCurveReadAgain() {
        var driver = RunScreenTests.live()
        driver.take(.event(.run(.step(run: Self.run.id, .sample(step: 30, loss: 1.6)))))
        #expect(driver.asked == [RunWork.detail(Self.run.id)])
    }

    @Test func runOfAnotherProcessAppearsAndIsMeasured() {
        var driver = Driver.opened()
        driver.take(.event(.run(.step(run: "foreign", .sample(step: 0, loss: 4)))))
        #expect(driver.asked == [LibraryWork.readRuns(["foreign"])])
        driver.effects = []
        driver.take(.library(.runs([.sample("headless", .running)])))
        #expect(driver.asked.contains(.followMachine(true)))
        driver.effects = []
        driver.take(.library(.runs([.sample("headless", .finished)])))
        #expect(driver.asked.contains(.followMachine(false)))
    }

    @Test func burstOfChangesIsReadOnceMore() {
        var driver = Driver.opened()
        for _ in 0..<50 { driver.take(.event(.run(.changed(run: "x")))) }
        #expect(driver.asked == [LibraryWork.readRuns(["x"])])
        driver.effects = []
        driver.take(.library(.runsAgain([], ids: ["x"])))
        #expect(driver.asked == [LibraryWork.readRuns(["x"])])
        driver.effects = []
        driver.take(.library(.runsAgain([], ids: ["x"])))
        #expect(driver.asked.isEmpty)
    }

    @Test func pauseAndContinueAreOneKey() {
        var driver = RunScreenTests.live()
        driver.press("p")
        #expect(driver.asked == [RunWork.ask(.pause, of: Self.run.id)])
        driver.take(.event(.run(.paused(run: Self.run.id, step: 24, reason: "The disk is full."))))
        #expect(driver.screen.contains("paused: The disk is full."))
        driver.press("p")
        #expect(driver.asked == [RunWork.ask(.resume, of: Self.run.id)])
    }

    @Test func finishedRunRingsAndNamesTheNextKeys() {
        var driver = RunScreenTests.live()
        driver.take(
            .event(.run(.ended(RunOutcome(run: Self.run.id, status: .finished, stepsDone: 60))))
        )
        #expect(driver.asked.contains(.terminal(.bell)))
        #expect(driver.state.message?.text.contains("e registers it") == true)
        #expect(WindowTitle.text(driver.state) == "workbench")
    }

    @Test func retryOffersResumingAgainAndEditing() throws {
        var driver = RunScreenTests.live()
        driver.press("down", "down", "R")
        let failed = RunScreenTests.runs[2]
        #expect(driver.asked.contains(RunWork.retryPlan(failed.id)))
        var request = TrainingRequest(model: "smollm2-135m-instruct", dataset: "faq")
        request.rank = 64
        driver.take(
            .run(
                .retryPlanned(
                    RetryPlan(run: failed, resumableStep: 20, obstacle: nil, request: request)
                )
            )
        )
        #expect(driver.screen.contains("continues at step 20"))
        var resumed = driver
        resumed.press("right", "enter")
        #expect(resumed.asked == [RunWork.resume(failed.id, name: failed.name)])
        var again = driver
        again.press("right", "right", "enter")
        #expect(again.asked == [RunWork.again(failed.id, name: failed.name)])
        driver.press("left", "enter")
        #expect(driver.state.run.form?.request?.rank == 64)
    }

    @Test func runOfThisProcessIsMeasuredFromItsStartToItsEnd() {
        var driver = Driver.opened()
        driver.take(.run(.started(Self.run, command: "workbench train")))
        #expect(driver.asked.contains(.followMachine(true)))
        driver.effects = []
        driver.take(
            .event(.run(.ended(RunOutcome(run: Self.run.id, status: .finished, stepsDone: 60))))
        )
        #expect(driver.asked.contains(ScreenWork.readMachine))
        #expect(driver.asked.contains(.followMachine(false)))
    }

    @Test func memoryIsThatOfTheProcessThatExecutesTheRun() {
        func screen(
            _ status: RunCondition,
            _ change: (inout RunSummary) -> Void = { _ in }
        ) -> String {
            var driver = Driver.opened(runs: [.sample("far", status, change)])
            driver.press("2", "enter")
            driver.take(.machine(.withoutGPU))
            return driver.screen
        }
        let own: (inout RunSummary) -> Void = { run in
            run.metrics[MetricName.residentBytes] = 59_400_000
            run.ownerProcess = 24_481
        }
        #expect(screen(.running, own).contains("RSS  59.4 MB in process 24481"))
        #expect(screen(.finished, own).contains("RSS  59.4 MB at its end"))
        #expect(screen(.running).contains("RSS  581 MB here"))
    }

    @Test func curveInTheListStaysTheWholeCurveWhileTheRunContinues() throws {
        var driver = Driver.opened(
            runs: [
                .sample("long", .running, steps: 0) { run in
                    run.lossTail = []
                    run.totalSteps = 5000
                }
            ]
        )
        let id = try #require(driver.state.library.runs?.first?.id)
        for step in 0..<5000 {
            driver.take(.event(.run(.step(run: id, .sample(step: step, loss: Double(step))))))
        }
        let tail = try #require(driver.state.library.runs?.first?.lossTail)
        #expect((32...64).contains(tail.count))
        #expect(tail.last == 4999)
        // Evenly spaced from the first step on: half of the values are in the first half.
        let half = tail.filter { $0 < 2500 }.count
        #expect(abs(half * 2 - tail.count) <= 6)
        #expect(tail == tail.sorted())
    }

    @Test func checkpointIsReportedOnceAndNotAgainAfterTheEnd() {
        var driver = RunScreenTests.live()
        func savedLines() -> Int {
            driver.state.log.entries.filter { $0.text.contains("saved checkpoint 40") }.count
        }
        driver.take(.event(.run(.checkpointed(run: Self.run.id, nextStep: 40))))
        #expect(savedLines() == 1)
        driver.take(
            .event(.run(.ended(RunOutcome(run: Self.run.id, status: .finished, stepsDone: 60))))
        )
        driver.take(.event(.run(.checkpointed(run: Self.run.id, nextStep: 40))))
        #expect(savedLines() == 1)
    }

    @Test func stepsAndEpochsReplaceEachOther() {
        var driver = RunScreenTests.live()
        driver.press("t")
        #expect(driver.state.run.form?.request?.epochs == 4)
        #expect(driver.state.run.form?.request?.method == .qlora)
        driver.state.run.form?.form.focus("steps")
        driver.type("60")
        #expect(driver.state.run.form?.request?.steps == 60)
        #expect(driver.state.run.form?.request?.epochs == nil)
        driver.press("backspace", "backspace")
        #expect(driver.state.run.form?.request?.epochs == 4)
        driver.state.run.form?.form.focus("epochs")
        driver.press("backspace")
        #expect(driver.state.run.form?.request == nil)
        driver.type("2")
        #expect(driver.state.run.form?.request?.epochs == 2)
    }

    @Test func defaultMethodFollowsTheModelUntilAnotherIsChosen() {
        var whole = ModelSummary.smol
        whole.name = "whole"
        whole.quantization = "BF16"
        var driver = Driver.opened(models: [.smol, whole])
        driver.press("t")
        driver.state.run.form?.form.focus("model")
        driver.press("right")
        #expect(driver.state.run.form?.request?.method == .lora)
        driver.state.run.form?.form.focus("method")
        driver.press("left")
        let chosen = driver.state.run.form?.request?.method
        driver.state.run.form?.form.focus("model")
        driver.press("right")
        #expect(driver.state.run.form?.request?.method == chosen)
    }

    @Test func filterNarrowsDownAndEscapeDropsIt() {
        var driver = RunScreenTests.live()
        driver.press("esc", "/")
        driver.type("faq !r8 !failed")
        #expect(driver.state.run.shown(in: driver.state.library).map(\.name) == ["faq-ko-r16"])
        driver.press("enter")
        #expect(!driver.state.run.list.isFiltering)
        driver.press("esc")
        #expect(driver.state.run.shown(in: driver.state.library).count == 3)
    }

    @Test func deletingAsksFirst() {
        var driver = RunScreenTests.live()
        driver.press("down", "d")
        #expect(driver.asked.filter { $0 != RunWork.detail(RunScreenTests.runs[1].id) }.isEmpty)
        driver.press("right", "enter")
        let run = RunScreenTests.runs[1]
        #expect(driver.asked == [RunWork.delete(run.id, name: run.name)])
    }

    @Test(arguments: [Pane.data, .run, .compare])
    func filterThatIsOpenedAgainIsReplacedByTyping(pane: Pane) {
        var driver = Driver.opened(runs: RunScreenTests.runs)
        driver.take(.screen(.show(pane)))
        driver.press("/")
        driver.type("faq")
        driver.press("enter", "/")
        driver.type("corpus")
        let filters = [
            driver.state.data.list.filter, driver.state.run.list.filter,
            driver.state.compare.list.filter,
        ].map(\.text)
        #expect(filters.filter { !$0.isEmpty } == ["corpus"])
        driver.press("esc", "/")
        driver.type("a")
        driver.press("enter", "/", "right")
        driver.type("b")
        let edited = [
            driver.state.data.list.filter, driver.state.run.list.filter,
            driver.state.compare.list.filter,
        ].map(\.text)
        #expect(edited.filter { !$0.isEmpty } == ["ab"])
    }

    @Test func marksKeepTheirOrder() {
        var driver = RunScreenTests.live()
        driver.press("down", "m", "up", "up", "m")
        #expect(
            driver.state.library.marks == [RunScreenTests.runs[1].id, RunScreenTests.runs[0].id]
        )
    }
}

extension StepPoint {
    static func sample(step: Int, loss: Double) -> StepPoint {
        StepPoint(
            step: step,
            totalSteps: 60,
            metrics: [
                MetricName.loss: loss, MetricName.learningRate: 1e-4,
                MetricName.secondsPerStep: 2,
            ]
        )
    }
}
