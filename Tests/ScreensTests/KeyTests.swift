import FoundationEssentials
import Platform
import Runs
import Screens
import TerminalUI
import Testing
import Tracking
import Workspace

@Suite struct ServerTests {
    @Test func oneKeyServesAndStops() {
        var driver = Driver.comparing()
        driver.press("S")
        #expect(driver.asked == [ScreenWork.toggleServer])
        driver.take(.event(.serverChanged(.on(address: "http://127.0.0.1:5000"))))
        #expect(driver.state.server == .on(address: "http://127.0.0.1:5000"))
        #expect(
            driver.state.message?.text.contains("MLFLOW_TRACKING_URI=http://127.0.0.1:5000") == true
        )
        driver.take(.event(.serverChanged(.off)))
        #expect(driver.state.message?.text == "The server is stopped.")
        let error = WorkspaceError(.inaccessible, "127.0.0.1:5000 cannot be listened on.")
        driver.take(.event(.serverChanged(.failed(error))))
        #expect(driver.state.message?.text.contains("cannot be listened on") == true)
    }
}

@Suite struct KeyTests {
    static func live() -> Driver { RunScreenTests.live() }

    @Test(
        arguments: [("1", .data), ("3", .compare), ("4", .registry), ("5", .chat), ("6", .flows)]
            as [(Key, Pane)]
    )
    func numberShowsPane(key: Key, pane: Pane) {
        var driver = Driver.opened()
        driver.press(key)
        #expect(driver.state.pane == pane)
    }

    @Test func tabAndAltNumberMoveBetweenPanes() {
        var driver = Driver.opened()
        driver.press("tab")
        #expect(driver.state.pane == .compare)
        driver.press("shift+tab", "shift+tab")
        #expect(driver.state.pane == .data)
        driver.press("alt+6")
        #expect(driver.state.pane == .flows)
        driver.press("tab")
        #expect(driver.state.pane == .data)
    }

    @Test func altNumberLeavesAFormThatKeepsItsAnswers() {
        var driver = Driver.opened()
        driver.press("t", "down", "down")
        driver.type("first")
        driver.press("alt+1")
        #expect(driver.state.pane == .data)
        driver.press("2")
        #expect(driver.state.run.form?.form.value("name") == "first")
    }

    @Test func everyLetterGoesIntoAFocusedField() {
        var driver = Driver.opened()
        driver.press("t", "down", "down")
        driver.type("q1?:한글")
        #expect(driver.state.exit == nil)
        #expect(driver.state.overlay == nil)
        #expect(driver.state.run.form?.form.value("name") == "q1?:한글")
    }

    @Test(arguments: [("ㅂ", "q"), ("ㅅ", "t")] as [(Key, Key)])
    func jamoActsAsTheKeyBelow(jamo: Key, latin: Key) {
        var typed = Driver.opened()
        var meant = Driver.opened()
        typed.press(jamo)
        meant.press(latin)
        #expect(typed.state == meant.state)
        #expect(typed.state != Driver.opened().state)
    }

    @Test func jamoMovesTheSelection() {
        var driver = Self.live()
        driver.press("ㅓ")
        #expect(driver.selectedRun?.name == "faq-ko-r8")
    }

    @Test func quitLeavesAtOnceWhenNothingIsLive() {
        var driver = Driver.opened(runs: [.sample("old", .finished)])
        driver.press("q")
        #expect(driver.state.exit == .left)
    }

    @Test func runOfAnotherProcessDoesNotHoldTheScreen() {
        var driver = Driver.opened(runs: [.sample("other", .running)])
        driver.press("q")
        #expect(driver.state.exit == .left)
    }

    @Test(arguments: ["q", "ctrl+c"] as [Key])
    func leavingALiveRunAsksAndCancelsByDefault(key: Key) {
        var driver = Self.live()
        driver.press(key)
        guard case .question = driver.state.overlay else {
            Issue.record("nothing is asked")
            return
        }
        driver.press("enter")
        #expect(driver.state.overlay == nil)
        #expect(driver.state.exit == nil)
    }

    @Test func leavingInTheBackgroundHandsTheRunOverFirst() {
        var driver = Self.live()
        let id = RunScreenTests.runs[0].id
        driver.press("q", "right", "enter")
        #expect(driver.asked == [ScreenWork.detach(id)])
        #expect(driver.state.exit == nil)
        driver.take(.screen(.detached(run: id, process: 4711)))
        #expect(driver.state.exit == .left)
    }

    @Test func screenStaysWhenTheRunCannotBeHandedOver() {
        var driver = Self.live()
        driver.press("q", "right", "enter")
        driver.take(.screen(.detachFailed(WorkspaceError(.full, "No room is left."))))
        #expect(driver.state.exit == nil)
        #expect(driver.state.message?.text == "No room is left.")
    }

    @Test func stoppingOnLeavingIsLeftToTheClosingWorkspace() {
        var driver = Self.live()
        driver.press("q", "right", "right", "enter")
        #expect(driver.asked.isEmpty)
        #expect(driver.state.exit == .left)
    }

    @Test func interruptClosesWhatIsOpenBeforeItAsks() {
        var driver = Self.live()
        driver.press("t", "F1")
        driver.press("ctrl+c")
        #expect(driver.state.overlay == nil)
        #expect(driver.state.run.form != nil)
        driver.press("ctrl+c")
        #expect(driver.state.run.form == nil)
        #expect(driver.state.overlay == nil)
        driver.press("ctrl+c")
        #expect(driver.state.overlay != nil)
    }

    @Test func lostTerminalAndTerminationEndTheScreen() {
        var lost = Self.live()
        lost.take(.input(.hangUp))
        #expect(lost.state.exit == .hungUp)
        var ended = Self.live()
        ended.take(.input(.terminate))
        #expect(ended.state.exit == .terminated)
        #expect(Exit.terminated.status == 143)
    }

    @Test(arguments: ["t", "p", "s", "R", "d"] as [Key])
    func readOnlyScreenSaysWhyNothingHappens(key: Key) {
        var driver = Driver.opened(isReadOnly: true, runs: RunScreenTests.runs)
        driver.press(key)
        #expect(driver.asked.isEmpty)
        #expect(driver.state.overlay == nil)
        #expect(driver.state.run.form == nil)
        #expect(driver.state.message?.text.contains("opened with --readonly") == true)
    }

    @Test func paletteDoesWhatWasTyped() {
        var driver = Driver.opened()
        driver.press("ctrl+p")
        driver.type("registry")
        driver.press("enter")
        #expect(driver.state.overlay == nil)
        #expect(driver.state.pane == .registry)
    }

    @Test func everyEnabledBindingIsFoundByItsNameInTheCommandLine() {
        for pane in Pane.allCases {
            var driver = RunScreenTests.live()
            driver.press(.alt(Character("\(pane.rawValue)")))
            let table = driver.state.keyTable
            for entry in table.entries(in: driver.state) {
                switch table.resolve(commandLine: entry.id, in: driver.state) {
                case .action: #expect(entry.disabledReason == nil, "\(entry.id)")
                case .disabled(_, let reason): #expect(entry.disabledReason == reason)
                case .unbound: Issue.record("\(entry.id) is not found")
                }
            }
        }
    }

    @Test func commandLineTakesArguments() {
        var driver = Driver.opened()
        driver.press(":")
        driver.type("theme light")
        driver.press("enter")
        #expect(driver.state.theme.name == "light")
        #expect(driver.asked.contains(ScreenWork.saveTheme("light")))
        driver.press(":")
        driver.type("nonsense")
        driver.press("enter")
        #expect(driver.state.message?.text.contains("nonsense is not a command here.") == true)
    }

    @Test func helpShowsEveryBindingOfThePane() {
        var driver = Driver.opened(width: 110, height: 60)
        driver.press("?")
        let screen = driver.screen
        for binding in driver.state.run.keys(driver.state.context).bindings {
            #expect(screen.contains(binding.title), "\(binding.id)")
        }
        for word in RunState.words { #expect(screen.contains(word.meaning)) }
        driver.press("esc")
        #expect(driver.state.overlay == nil)
    }

    @Test func logKeepsTheCommandLineTwin() {
        var driver = RunScreenTests.live()
        driver.press("s")
        #expect(driver.asked == [RunWork.ask(.stop, of: RunScreenTests.runs[0].id)])
        driver.take(.run(.asked(.stop, run: RunScreenTests.runs[0].id)))
        driver.press("L")
        #expect(driver.screen.contains("$ workbench runs stop faq-ko-r16"))
    }

    @Test func copyPutsTheSelectionOnTheClipboard() {
        var driver = RunScreenTests.live()
        driver.press("y")
        #expect(driver.asked == [.terminal(.copy(RunScreenTests.runs[0].id))])
    }

    @Test func enterShowsOnlyTheRunAndEscapeTheListAgain() {
        var driver = RunScreenTests.live(width: 110, height: 30)
        driver.press("enter")
        #expect(!driver.screen.contains("╭ Runs"))
        driver.press("esc")
        #expect(driver.screen.contains("╭ Runs"))
    }

    @Test func clickOnATabAndOnARow() {
        var driver = RunScreenTests.live(width: 110, height: 30)
        driver.take(.input(.mouse(MouseEvent(.press, at: Point(x: 5, y: 3)))))
        #expect(driver.selectedRun?.name == "faq-ko-r8")
        driver.take(.input(.mouse(MouseEvent(.press, at: Point(x: 14, y: 0)))))
        #expect(driver.state.pane == .data)
    }

    @Test func messageDisappearsAfterItsTime() throws {
        var driver = Driver.opened()
        driver.press("T")
        let deadline = try #require(driver.state.deadline)
        driver.now = deadline.addingTimeInterval(-1)
        driver.take(.deadline)
        #expect(driver.state.message != nil)
        driver.now = deadline
        driver.take(.deadline)
        #expect(driver.state.message == nil)
        #expect(driver.state.deadline == nil)
    }
}
