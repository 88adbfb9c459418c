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

    @Test func openingForecastsFromWhatIsKnown() throws {
        var driver = Self.form()
        let request = try #require(driver.state.run.form?.request)
        var expected = TrainingRequest(model: "smollm2-135m-instruct", dataset: "faq")
        expected.method = .qlora
        expected.epochs = 4
        #expect(request == expected)
        #expect(driver.asked == [RunWork.plan(request, isMeasured: false)])
        driver.effects = []
        driver.plan(request, .remembered)
        #expect(driver.screen.contains("7m12s for 90 steps, measured here before"))
        #expect(driver.screen.contains("610 MB forecast"))
        #expect(driver.asked.isEmpty, "Nothing is measured that is known.")
    }

    @Test func memoryIsShownWhileATimeThatIsNotKnownIsMeasured() throws {
        var driver = Self.form()
        let request = try #require(driver.state.run.form?.request)
        driver.effects = []
        driver.plan(request, nil)
        #expect(driver.asked == [RunWork.plan(request, isMeasured: true)])
        #expect(driver.screen.contains("time    measuring…"))
        #expect(driver.screen.contains("610 MB forecast"))
        driver.effects = []
        driver.plan(request, .measured, isMeasured: true)
        #expect(driver.asked.isEmpty)
        #expect(driver.screen.contains("7m12s for 90 steps, measured here"))
        #expect(!driver.screen.contains("measuring"))
    }

    @Test func anEstimateSaysSoUntilItIsMeasured() throws {
        var driver = Self.form()
        let request = try #require(driver.state.run.form?.request)
        driver.plan(request, .scaled)
        let words = "about 7m12s for 90 steps, scaled from a measurement"
        #expect(driver.screen.contains("\(words) · measuring…"))
        // The machine computes something else now, so nothing better is known.
        driver.effects = []
        driver.plan(request, .scaled, isMeasured: true)
        #expect(driver.asked.isEmpty)
        #expect(driver.screen.contains("about 7m12s"))
        #expect(!driver.screen.contains("measuring"))
    }

    @Test func aFieldIsForecastWhileAnotherIsMeasured() throws {
        var driver = Self.form()
        let request = try #require(driver.state.run.form?.request)
        driver.plan(request, nil)
        driver.effects = []
        driver.press("ctrl+t")
        var quick = request
        quick.steps = 60
        quick.epochs = nil
        #expect(driver.asked == [RunWork.plan(quick, isMeasured: false)])
        driver.effects = []
        driver.plan(quick, nil)
        #expect(driver.asked.isEmpty, "The measurement under way serves this request too.")
        driver.plan(request, .measured, isMeasured: true)
        #expect(driver.asked == [RunWork.plan(quick, isMeasured: false)])
        driver.effects = []
        driver.plan(quick, .remembered)
        #expect(driver.screen.contains("7m12s for 60 steps, measured here before"))
        #expect(driver.asked.isEmpty)
    }

    @Test func typingCancelsAForecastOnceAndAsksForTheNewest() throws {
        var driver = Self.form()
        let request = try #require(driver.state.run.form?.request)
        driver.press("down", "down")
        driver.effects = []
        driver.type("abc")
        #expect(driver.asked == [.abandon(.planning)])
        driver.effects = []
        driver.fail(request)
        var named = request
        named.runName = "abc"
        #expect(driver.asked == [RunWork.plan(named, isMeasured: false)])
        #expect(driver.state.run.form?.problem == nil)
    }

    @Test func measurementIsCancelledWhenItIsOutdated() throws {
        func measuring() throws -> (Driver, TrainingRequest) {
            var driver = Self.form()
            let request = try #require(driver.state.run.form?.request)
            driver.plan(request, nil)
            driver.effects = []
            return (driver, request)
        }
        var (closed, _) = try measuring()
        closed.press("esc")
        #expect(closed.asked == [.abandon(.measurement)])
        closed.press("j")
        #expect(closed.asked.isEmpty)

        var (started, _) = try measuring()
        started.press("enter")
        #expect(started.asked.contains(.abandon(.measurement)))

        var (changed, request) = try measuring()
        changed.press("right")
        var other = request
        other.dataset = "corpus-ko"
        #expect(
            changed.asked == [RunWork.plan(other, isMeasured: false), .abandon(.measurement)]
        )
        changed.effects = []
        changed.plan(other, .scaled)
        #expect(changed.asked.isEmpty, "The old measurement has not ended.")
        changed.fail(request, isMeasured: true)
        #expect(changed.asked == [RunWork.plan(other, isMeasured: true)])
        #expect(changed.state.run.form?.problem == nil)
    }

    @Test func aMeasurementThatFailsIsNotRepeated() throws {
        var driver = Self.form()
        let request = try #require(driver.state.run.form?.request)
        driver.plan(request, nil)
        driver.effects = []
        let error = WorkspaceError(.conflict, "The model's file has changed.")
        driver.take(.run(.planFailed(error, request: request, isMeasured: true)))
        #expect(driver.asked.isEmpty)
        #expect(driver.screen.contains("The model's file has changed."))
        #expect(driver.screen.contains("not measured"))
    }

    @Test func wrongNumberEndsTheMeasurementAndIsShownAtOnce() throws {
        var driver = Self.form()
        let request = try #require(driver.state.run.form?.request)
        driver.plan(request, nil)
        driver.press("down", "down", "down", "down", "down", "down", "down")
        driver.effects = []
        driver.type("1e-4e")
        #expect(driver.asked.contains(.abandon(.measurement)))
        #expect(driver.screen.contains("learning rate: write a number"))
        #expect(!driver.screen.contains("measuring"))
        driver.fail(request, isMeasured: true)
        driver.press("backspace")
        var other = request
        other.learningRate = 1e-4
        #expect(driver.state.run.form?.request == other)
        #expect(driver.state.run.form?.problem == nil)
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

extension Driver {
    /// A forecast that arrives.
    fileprivate mutating func plan(
        _ request: TrainingRequest,
        _ basis: TimeBasis?,
        isMeasured: Bool = false
    ) {
        let plan = TrainingPlan.sample(request, basis)
        take(.run(.planned(plan, request: request, isMeasured: isMeasured)))
    }

    /// A forecast that was cancelled.
    fileprivate mutating func fail(_ request: TrainingRequest, isMeasured: Bool = false) {
        let error = WorkspaceError(.cancelled, "It was given up.")
        take(.run(.planFailed(error, request: request, isMeasured: isMeasured)))
    }
}
