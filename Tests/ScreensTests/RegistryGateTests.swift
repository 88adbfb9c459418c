import Platform
import Registry
import Runs
import Screens
import TerminalUI
import Testing
import Workspace

@Suite struct RegistryGateTests {
    private static let third = RegisteredVersion(name: "company-faq", number: 3)

    @Test func theGateIsCheckedOnceForTheSelectedVersion() {
        var driver = Driver.registered()
        driver.take(.library(.registered([.faq, .fresh], rollbacks: [:], board: [.faq, .fresh])))
        #expect(driver.asked == [RegistryWork.check(Self.third)])
        driver.take(.registry(.checked(.third)))
        driver.effects = []
        driver.press("enter", "j", "k")
        #expect(
            driver.asked
                == [RegistryWork.check(RegisteredVersion(name: "company-faq", number: 2))]
        )
    }

    @Test func aVersionThatFailsTheGateIsNotPromoted() {
        var driver = Driver.gated()
        driver.press("P")
        #expect(driver.state.overlay == nil)
        #expect(driver.state.message?.text.contains("approval by lee (found none)") == true)
    }

    @Test func approvingAsksAndNamesWhatTheGateFound() {
        var driver = Driver.gated()
        driver.press("A")
        #expect(RegistryTests.question(driver)?.dialog.title == "Approve company-faq v3?")
        driver.press("tab", "enter")
        #expect(driver.asked == [RegistryWork.approve(Self.third)])
        driver.press("esc", "j", "A")
        #expect(driver.state.message?.text.contains("requires no approval") == true)
    }

    @Test func theGateIsWrittenInOneLine() {
        var driver = Driver.gated()
        driver.press("r")
        guard case .prompt(let prompt) = driver.state.overlay else {
            Issue.record("no prompt")
            return
        }
        #expect(prompt.field.text == "eval_loss <= 1.85, approval by lee")
        driver.press("end")
        driver.type(" or kim")
        driver.press("enter")
        let line = "eval_loss <= 1.85, approval by lee or kim"
        #expect(driver.asked == [RegistryWork.setGate("company-faq", line: line)])
        driver.take(
            .registry(.gateFailed(.init(.invalid, "No."), name: "company-faq", line: line))
        )
        guard case .prompt(let again) = driver.state.overlay else {
            Issue.record("what was typed is lost")
            return
        }
        #expect(again.field.text == line)
        #expect(again.problem == "No.")
    }

    @Test(
        arguments: [
            ("eval_loss <= 1.9", ["eval_loss <= 1.9"], false, []),
            ("approval", [], true, []),
            (" acc > 0.5 ,  approval  by kim or lee ", ["acc > 0.5"], true, ["kim", "lee"]),
            ("approval_rate > 0.5", ["approval_rate > 0.5"], false, []),
            ("approval > 0.5", ["approval > 0.5"], false, []),
        ] as [(String, [String], Bool, [String])]
    )
    func aLineIsAGate(
        line: String,
        conditions: [String],
        approval: Bool,
        approvers: [String]
    )
        throws
    {
        let gate = try Gate(line: line)
        #expect(gate?.conditions.map(\.description) == conditions)
        #expect((gate?.approval != nil) == approval)
        #expect(gate?.approvers == approvers)
        #expect(try gate.flatMap { try Gate(line: $0.line) } == gate)
    }

    @Test(arguments: ["", " ", ","])
    func aLineWithoutAWordIsNoGate(line: String) throws {
        #expect(try Gate(line: line) == nil)
    }

    @Test func theBoardShowsEveryModelAndRaisesAlarms() {
        var driver = Driver.gated(width: 110, height: 24)
        driver.press("b")
        let screen = driver.screen
        #expect(screen.contains("1 client uses a version other than the deployed one"))
        #expect(screen.contains("busan v1!"))
        #expect(screen.contains("seoul v2"))
        driver.press("j")
        #expect(driver.state.registry.selected(in: driver.state.library)?.name == "휴가-안내")
        #expect(driver.state.registry.cover == .board)
        driver.press("enter")
        #expect(driver.state.registry.cover == nil)
    }

    @Test func versionsAreSideBySide() {
        var driver = Driver.gated(width: 110, height: 24)
        driver.press("d")
        #expect(driver.asked == [RegistryWork.compare("company-faq", versions: [3, 2])])
        driver.take(
            .registry(
                .compared(
                    RegisteredVersionComparison(
                        name: "company-faq",
                        versions: Array(RegisteredModelSummary.faq.versions.prefix(2)),
                        differingParameters: [.init(key: "rank", values: ["16", "8"])],
                        metrics: [
                            .init(key: "eval_loss", values: ["1.8421", "1.8744"], best: [0])
                        ]
                    )
                )
            )
        )
        let screen = driver.screen
        for words in ["company-faq: v3 and v2", "rank", "1.842", "1.874", "@champion"] {
            #expect(screen.contains(words), "\(words)")
        }
        driver.press("d")
        #expect(driver.state.registry.cover == nil)
    }

    @Test func theGateIsShownWithTheVersion() {
        let screen = Driver.gated().screen
        #expect(screen.contains("met: eval_loss <= 1.85 (found 1.8421)"))
        #expect(screen.contains("not met: approval by lee (found none)"))
        #expect(screen.contains("busan v1!"))
    }
}
