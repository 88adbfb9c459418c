import FoundationEssentials
import Platform
import Registry
import Runs
import Screens
import TerminalUI
import Testing
import Workspace

@Suite struct ChatMonkeyTests {
    static let keys: [Key] =
        MonkeyTests.keys
        + ["ctrl+o", "ctrl+r", "ctrl+n", "ctrl+g", "ctrl+y", "ctrl+j", "alt+enter", "m", "e", "P"]

    @Test(arguments: [11, 12, 13] as [UInt64])
    func randomInputNeverBreaksComparingRegistryOrChat(seed: UInt64) {
        var chance = MonkeyTests.Chance(state: seed)
        var driver = Driver.chatting()
        for count in 0..<6_000 {
            driver.effects = []
            driver.now = driver.now.addingTimeInterval(0.1)
            if count % 40 == 0 {
                driver.press([Key("alt+3"), "alt+4", "alt+5"].randomElement(using: &chance) ?? "3")
            }
            let action = Self.action(&chance)
            driver.take(action)
            for effect in driver.asked { Self.answer(effect, &driver, &chance) }
            driver.state.exit = nil
            if count % 5 == 0 { _ = driver.state.drawn() }
            let names = driver.state.library.registered?.map(\.name) ?? []
            #expect(
                names.isEmpty || driver.state.registry.selected(in: driver.state.library) != nil
            )
            let isStreaming = driver.state.chat.conversation.last?.isStreaming ?? false
            #expect(isStreaming == driver.state.chat.isAnswering || !isStreaming)
        }
        driver.press("ctrl+c")
        for _ in 0..<8 { driver.press("esc") }
        #expect(driver.state.overlay == nil)
    }

    private static func action(_ chance: inout MonkeyTests.Chance) -> Action {
        switch Int.random(in: 0..<20, using: &chance) {
        case 0:
            let sizes = [(80, 24), (110, 30), (41, 9), (20, 3), (7, 40), (200, 60)]
            let (width, height) = sizes.randomElement(using: &chance) ?? (80, 24)
            return .input(.resize(Size(width: width, height: height)))
        case 1:
            let kind: MouseEvent.Kind =
                [.press, .wheelUp, .wheelDown].randomElement(using: &chance) ?? .press
            let place = Point(
                x: .random(in: 0..<80, using: &chance),
                y: .random(in: 0..<24, using: &chance)
            )
            return .input(.mouse(MouseEvent(kind, at: place)))
        case 2: return .input(.paste("붙여넣기\r\nline\u{1B}[31m"))
        case 3: return .event(.registryChanged(name: "company-faq"))
        case 4: return .event(.run(.changed(run: RunSummary.four[0].id)))
        case 5:
            let id = UInt64.random(in: 1...4, using: &chance)
            let piece = AnswerPiece(
                answer: AnswerID(id),
                text: "조각 ",
                tokenCount: 1,
                tokensPerSecond: 1
            )
            return .event(.answerPiece(piece))
        default: return .input(.key(keys.randomElement(using: &chance) ?? "q"))
        }
    }

    /// Answers as a workspace would, sometimes with a failure or not at all.
    private static func answer(
        _ effect: Effect,
        _ driver: inout Driver,
        _ chance: inout MonkeyTests.Chance
    ) {
        let error = WorkspaceError(.failed, "It did not work.", hint: "Try again.")
        let isFailing = Int.random(in: 0..<8, using: &chance) == 0
        guard let work = effect.work else { return }
        if isFailing {
            return driver.take(
                work.name == "answer" ? .chat(.began(AnswerID(1))) : work.failed(error)
            )
        }
        switch work.name {
        case "compare runs":
            let ids: [String] = work.argument() ?? []
            let runs = RunSummary.four.filter { ids.contains($0.id) }
            driver.take(.compare(.compared(.of(runs))))
        case "read list" where work.argument() == Library.List.registered:
            let models: [RegisteredModelSummary] =
                Bool.random(using: &chance) ? [.faq, .fresh] : [.fresh]
            driver.take(.library(.registered(models, rollbacks: [:])))
        case "read list" where work.argument() == Library.List.targets:
            driver.take(.library(.targets([.second, .base], standard: .deployed)))
        case "read history":
            let name: String = work.argument() ?? ""
            driver.take(.registry(.historyRead(name: name, [.sample(1, .register, 1)])))
        case "answer":
            driver.take(.chat(.began(AnswerID(2))))
            driver.hear("안녕", answer: 2, count: 1)
            if Bool.random(using: &chance) { driver.end("안녕하세요", answer: 2) }
        case "cancel answer":
            let id: AnswerID = work.argument() ?? AnswerID(0)
            driver.take(
                .event(.answerEnded(.init(answer: id, text: "안", reason: .cancelled)))
            )
        default: break
        }
    }
}
