import Platform
import Presentation
import Runs
import Screens
import TerminalUI
import Testing
import Tracking
import Training
import Workspace

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
