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
        #expect(driver.asked == [LibraryWork.read(.runs)])
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
        #expect(driver.asked == [LibraryWork.read(.runs)])
        driver.effects = []
        driver.take(.library(.runs([])))
        #expect(driver.asked == [LibraryWork.read(.runs)])
        driver.effects = []
        driver.take(.library(.runs([])))
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
        func told() -> Int {
            driver.state.log.entries.filter { $0.text.contains("saved checkpoint 40") }.count
        }
        driver.take(.event(.run(.checkpointed(run: Self.run.id, nextStep: 40))))
        #expect(told() == 1)
        driver.take(
            .event(.run(.ended(RunOutcome(run: Self.run.id, status: .finished, stepsDone: 60))))
        )
        driver.take(.event(.run(.checkpointed(run: Self.run.id, nextStep: 40))))
        #expect(told() == 1)
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

@Suite struct TrainFormTests {
    static func form() -> Driver {
        var driver = Driver.opened()
        driver.press("t")
        return driver
    }

    @Test func openingMeasuresAtOnce() throws {
        let driver = Self.form()
        let request = try #require(driver.state.run.form?.request)
        var expected = TrainingRequest(model: "smollm2-135m-instruct", dataset: "faq")
        expected.method = .qlora
        expected.epochs = 4
        #expect(request == expected)
        #expect(driver.asked == [RunWork.plan(request, isMeasured: true)])
    }

    @Test func measurementIsScaledWhenOnlyNumbersOfStepsChange() throws {
        var driver = Self.form()
        let request = try #require(driver.state.run.form?.request)
        driver.take(.run(.planned(.sample(request), request: request, isMeasured: true)))
        #expect(driver.state.run.form?.estimate?.seconds == 432)
        #expect(driver.state.run.form?.estimate?.isMeasured == true)
        driver.press("ctrl+t")
        var quick = request
        quick.steps = 60
        quick.epochs = nil
        #expect(driver.asked == [RunWork.plan(quick, isMeasured: false)])
        driver.take(.run(.planned(.sample(quick), request: quick, isMeasured: false)))
        #expect(driver.state.run.form?.estimate?.isMeasured == false)
        #expect(driver.state.run.form?.estimate?.seconds == 288)
        driver.press("ctrl+t")
        #expect(driver.state.run.form?.request == request)
    }

    @Test func typingWhileMeasuringAsksOnceWhenItIsDone() throws {
        var driver = Self.form()
        let request = try #require(driver.state.run.form?.request)
        driver.press("down", "down")
        driver.type("abc")
        #expect(driver.asked.isEmpty)
        driver.take(.run(.planned(.sample(request), request: request, isMeasured: true)))
        var named = request
        named.runName = "abc"
        #expect(driver.asked == [RunWork.plan(named, isMeasured: false)])
    }

    @Test func measurementIsCancelledWhenItIsOutdated() throws {
        var closed = Self.form()
        closed.press("esc")
        #expect(closed.asked == [.abandon(.measurement)])
        closed.press("j")
        #expect(closed.asked.isEmpty)

        var started = Self.form()
        started.press("enter")
        #expect(started.asked.contains(.abandon(.measurement)))

        var changed = Self.form()
        let request = try #require(changed.state.run.form?.request)
        changed.press("right")
        #expect(changed.asked == [.abandon(.measurement)])
        changed.effects = []
        changed.take(
            .run(.planFailed(WorkspaceError(.cancelled, "It was given up."), request: request))
        )
        var other = request
        other.dataset = "corpus-ko"
        #expect(changed.asked == [RunWork.plan(other, isMeasured: true)])
        #expect(changed.state.run.form?.problem == nil)
    }

    @Test func wrongNumberEndsTheMeasurementAndIsShownAtOnce() throws {
        var driver = Self.form()
        let request = try #require(driver.state.run.form?.request)
        driver.press("down", "down", "down", "down", "down", "down", "down")
        driver.type("1e-4e")
        #expect(driver.asked == [.abandon(.measurement)])
        #expect(driver.screen.contains("learning rate: write a number"))
        #expect(!driver.screen.contains("measuring"))
        driver.effects = []
        driver.take(
            .run(.planFailed(WorkspaceError(.cancelled, "It was given up."), request: request))
        )
        #expect(driver.asked.isEmpty)
        driver.press("backspace")
        var other = request
        other.learningRate = 1e-4
        #expect(driver.asked == [RunWork.plan(other, isMeasured: true)])
    }

    @Test func wrongAnswerIsShownAndNothingStarts() {
        var driver = Self.form()
        driver.press("down", "down", "down", "down")
        driver.type("0")
        driver.press("enter")
        #expect(driver.asked.isEmpty)
        #expect(driver.screen.contains("steps: at least 1"))
    }

    @Test func failedStartKeepsTheAnswers() throws {
        var driver = Self.form()
        driver.press("down", "down")
        driver.type("mine")
        driver.press("enter")
        let request = try #require(driver.state.run.form?.request)
        #expect(driver.asked.contains(RunWork.start(request)))
        let error = WorkspaceError(.invalid, "The rows are too long.", hint: "Raise it.")
        driver.take(.run(.startFailed(error)))
        #expect(driver.state.run.form?.form.value("name") == "mine")
        #expect(driver.screen.contains("The rows are too long."))
        driver.press("enter")
        #expect(driver.asked == [RunWork.start(request)])
    }

    @Test func startedRunIsShownAndLogged() throws {
        var driver = Self.form()
        driver.press("enter")
        let run = RunSummary.sample("faq-qlora-1", .running, isMine: true, steps: 0)
        driver.take(.run(.started(run, command: "workbench train --model m --data faq")))
        #expect(driver.state.run.form == nil)
        #expect(driver.selectedRun?.id == run.id)
        #expect(driver.state.log.entries.last?.command == "workbench train --model m --data faq")
    }

    @Test func formIsRefusedWithoutAModel() {
        var driver = Driver.opened(models: [.missing])
        driver.press("t")
        #expect(driver.state.run.form == nil)
        #expect(driver.state.message?.text.contains("P downloads one") == true)
    }

    @Test func commandNamesWhatDiffersFromTheDefaults() {
        var request = TrainingRequest(model: "smol", dataset: "my data.jsonl")
        request.steps = 60
        request.runName = "it's mine"
        #expect(
            CommandText.train(request)
                == "workbench train --model smol --data 'my data.jsonl' "
                + "--run-name 'it'\\''s mine' --steps 60"
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
