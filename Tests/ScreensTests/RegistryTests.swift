import Platform
import Registry
import Runs
import Screens
import TerminalUI
import Testing
import Workspace

@Suite struct RegistryTests {
    static let third = RegisteredVersion(name: "company-faq", number: 3)

    static func question(_ driver: Driver) -> Question? {
        if case .question(let question) = driver.state.overlay { question } else { nil }
    }

    @Test func promotionAsksFirstAndCancelIsTheDefault() {
        var driver = Driver.registered()
        driver.press("P", "enter")
        #expect(driver.asked.isEmpty)
        #expect(driver.state.overlay == nil)
        driver.press("P", "tab", "enter")
        #expect(driver.asked == [RegistryWork.promote(Self.third)])
    }

    @Test func rollbackTakesTheConfirmedPlan() {
        var driver = Driver.registered()
        driver.press("B", "tab", "enter")
        let plan = RollbackPlan(name: "company-faq", from: 2, to: 1)
        #expect(driver.asked == [RegistryWork.rollBack(plan)])
    }

    @Test(
        arguments: [
            ("B", "No version of '휴가-안내' is or was deployed."),
            ("x", "휴가-안내 v1 has no alias."),
        ] as [(Key, String)]
    )
    func impossibleActionsSayWhy(key: Key, reason: String) {
        var driver = Driver.registered()
        driver.press("j", key)
        #expect(driver.state.overlay == nil)
        #expect(driver.state.message?.text.contains(reason) == true)
    }

    @Test func deployedVersionIsNotPromotedAgain() {
        var driver = Driver.registered()
        driver.press("enter", "j", "P")
        #expect(driver.state.message?.text.contains("company-faq v2 is deployed already") == true)
        #expect(driver.state.overlay == nil)
    }

    @Test(arguments: ["P", "B", "s", "a", "x", "e", "z", "Z"] as [Key])
    func readOnlyChangesNothing(key: Key) {
        var driver = Driver.registered(isReadOnly: true)
        driver.press(key)
        #expect(driver.asked.isEmpty)
        #expect(driver.state.overlay == nil)
        #expect(driver.state.message?.text.contains("opened with --readonly") == true)
    }

    @Test func stageIsChosenFromAMenu() {
        var driver = Driver.registered()
        driver.press("s", "down", "enter")
        #expect(driver.asked == [RegistryWork.setStage(Self.third, .production)])
        driver.press("s", "enter")
        #expect(driver.asked.isEmpty)
        #expect(driver.state.message?.text.contains("v3 is in this stage") == true)
    }

    @Test func newAliasIsSetAtOnce() {
        var driver = Driver.registered()
        driver.press("a")
        driver.type("latest-good")
        driver.press("enter")
        #expect(driver.asked == [RegistryWork.setAlias("latest-good", of: Self.third)])
    }

    @Test func aliasOfAnotherVersionIsMovedOnlyAfterAsking() {
        var driver = Driver.registered()
        driver.press("a")
        driver.type("production")
        driver.press("enter")
        #expect(driver.asked.isEmpty)
        #expect(driver.screen.contains("@production: v2 to v3."))
        driver.press("tab", "enter")
        #expect(driver.asked == [RegistryWork.setAlias("production", of: Self.third)])
    }

    @Test func refusedAliasKeepsWhatWasTyped() {
        var driver = Driver.registered()
        let error = WorkspaceError(.invalid, "Invalid alias name: 'a b'.")
        driver.take(.registry(.aliasFailed(error, Self.third, alias: "a b")))
        guard case .prompt(let prompt) = driver.state.overlay else {
            Issue.record("the question is asked again")
            return
        }
        #expect(prompt.field.text == "a b")
        #expect(prompt.problem == "Invalid alias name: 'a b'.")
    }

    @Test func removingTheDeploymentSaysWhatRemains() {
        var driver = Driver.registered()
        driver.press("enter", "j", "x")
        #expect(driver.screen.contains("Then v2, in stage Production, is"))
        driver.press("tab", "enter")
        let second = RegisteredVersion(name: "company-faq", number: 2)
        #expect(driver.asked == [RegistryWork.removeAlias("production", of: second)])
    }

    @Test func registeringAsksForRunAndName() {
        var driver = Driver.registered()
        driver.press("e", "enter", "enter")
        let run = RunSummary.four[1].id
        #expect(driver.asked == [RegistryWork.register(run, as: "company-faq")])
        driver.take(
            .registry(.registered(.init(name: "company-faq", number: 4), run: run))
        )
        #expect(
            driver.state.log.entries.last?.command
                == "workbench registry register faq-ko-r8 company-faq"
        )
    }

    @Test func typingReplacesThePrefilledName() {
        var driver = Driver.registered()
        driver.press("e", "enter")
        #expect(driver.screen.contains("company-faq  type to replace"))
        driver.type("faq")
        driver.take(.input(.key("enter")))
        let run = RunSummary.four[1].id
        #expect(driver.asked == [RegistryWork.register(run, as: "faq")])
        // Text that was typed and refused is edited, not replaced.
        driver.take(.registry(.registerFailed(.init(.invalid, "No."), name: "faq", run: run)))
        driver.press("backspace", "enter")
        #expect(driver.asked == [RegistryWork.register(run, as: "fa")])
    }

    @Test func pastingReplacesThePrefilledName() {
        var driver = Driver.registered()
        driver.press("e", "enter")
        driver.take(.input(.paste("faq")))
        driver.press("enter")
        let run = RunSummary.four[1].id
        #expect(driver.asked == [RegistryWork.register(run, as: "faq")])
    }

    @Test func newVersionIsSelectedOnceItIsListed() {
        var driver = Driver.registered()
        driver.press("j")
        driver.take(.registry(.registered(Self.third, run: "x")))
        #expect(driver.state.registry.target(in: driver.state.library) == Self.third)
    }

    @Test func refusedNameKeepsWhatWasTyped() {
        var driver = Driver.registered()
        let run = RunSummary.four[1].id
        let error = WorkspaceError(.invalid, "A name holds no slash.")
        driver.take(.registry(.registerFailed(error, name: "a/b", run: run)))
        guard case .prompt(let prompt) = driver.state.overlay else {
            Issue.record("the question is asked again")
            return
        }
        #expect(prompt.field.text == "a/b")
        #expect(prompt.problem == "A name holds no slash.")
    }

    @Test func undoAndRedoWorkInEveryPane() {
        for pane in ["1", "2", "3", "4"] as [Key] {
            var driver = Driver.registered()
            driver.press(pane, "z")
            #expect(driver.asked.contains(RegistryWork.undo))
            driver.press("Z")
            #expect(driver.asked.contains(RegistryWork.redo))
        }
    }

    @Test func anotherProcessesChangeIsReadOnceForABurst() {
        var driver = Driver.registered()
        for _ in 0..<5 { driver.take(.event(.registryChanged(name: "company-faq"))) }
        #expect(driver.asked.filter { $0 == LibraryWork.read(.registered) }.count == 1)
        driver.effects = []
        driver.take(.library(.registered([.faq], rollbacks: [:])))
        #expect(driver.asked.contains(LibraryWork.read(.registered)))
    }

    @Test func selectionStaysOnItsVersionWhenTheListChanges() {
        var driver = Driver.registered()
        driver.press("enter", "j")
        var model = RegisteredModelSummary.faq
        model.versions.insert(.sample(4, .none, run: "new", loss: 1.5), at: 0)
        driver.take(.library(.registered([model, .fresh], rollbacks: [:])))
        #expect(driver.state.registry.target(in: driver.state.library)?.number == 2)
    }

    @Test func enterOnAVersionTalksToIt() {
        var driver = Driver.registered()
        driver.press("enter", "enter")
        #expect(driver.state.pane == .chat)
        let target = ChatTarget.version(name: "company-faq", number: 3)
        #expect(driver.state.chat.choice?.target == target)
        #expect(driver.asked.contains(ChatWork.prepare(target)))
        #expect(driver.screen.contains("Chat with company-faq v3"))
    }

    @Test func escStepsOutOneLayerAtATime() {
        var driver = Driver.registered()
        driver.press("enter", "H")
        driver.press("esc")
        #expect(driver.state.registry.history == nil)
        #expect(driver.state.registry.focus == .versions)
        driver.press("esc")
        #expect(driver.state.registry.focus == .models)
    }

    @Test func everySizeIsDrawn() {
        let history = Driver.registered().after("H")
        for scene in [Driver.registered(), history, .registered().after("P")] {
            scene.expectEverySize()
        }
    }
}
