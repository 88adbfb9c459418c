import Platform
import Screens
import TerminalUI
import Testing
import Workspace

@Suite struct ChatScreenTests {
    @Test func opensOnTheDeployedVersionAndNamesIt() {
        expectScreen(
            Driver.chatting(),
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows ● faq-ko-r16  40 %  ETA 1m12s
            ╭ Chat with company-faq v2 @production Production · adapter on smollm2-135m-i… ╮
            │ Ask something; enter sends it.                                               │
            │ ctrl+o switches between adapter and base model.                              │
            │ Answers are sampled with temperature 0.7, up to 512 tokens, seed 0.          │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├ You ─────────────────────────────────────────────────────────────────────────┤
            │ a question                                                                   │
            ╰─────────────────────────────────────────────────────────────────────── ready ╯
             enter ask  ctrl+o base/adapter  ctrl+r again  ctrl+t who  ctrl+n new
            """
        )
    }

    @Test func answerStreamsWithItsSpeed() {
        var driver = Driver.chatting()
        driver.ask("휴가는 어떻게 신청하나요?", answer: 1)
        driver.hear("인사 포털에서 ", answer: 1, count: 3)
        driver.hear("날짜를 입력합니다.", answer: 1, count: 9)
        expectScreen(
            driver,
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows ● faq-ko-r16  40 %  ETA 1m12s
            ╭ Chat with company-faq v2 @production Production · adapter on smollm2-135m-i… ╮
            │ You                                                                          │
            │ 휴가는 어떻게 신청하나요?                                                    │
            │                                                                              │
            │ company-faq v2 @production Production                                        │
            │ 인사 포털에서 날짜를 입력합니다.                                             │
            │ 9 tokens, 38.2 tok/s                                                         │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├ You ─────────────────────────────────────────────────────────────────────────┤
            │ a question                                                                   │
            ╰──────────────────────────────────────────────────────── 9 tokens, 38.2 tok/s ╯
             ctrl+c stop  enter ask  ctrl+o base/adapter  ctrl+r again  ctrl+t who
            """
        )
    }

    @Test func twoAnswersAreLabelledOneBelowTheOther() {
        expectScreen(
            Driver.answeredTwice(),
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows ● faq-ko-r16  40 %  ETA 1m12s
            ╭ Chat with SmolLM2 135M Instruct · base ──────────────────────────────────────╮
            │ You                                                                          │
            │ 휴가는 어떻게 신청하나요?                                                    │
            │                                                                              │
            │ company-faq v2 @production Production                                        │
            │ 인사 포털에서 날짜를 입력하면 팀장이 이틀 안에 승인합니다.                   │
            │ 12 tokens, 38.2 tok/s                                                        │
            │                                                                              │
            │ SmolLM2 135M Instruct                                                        │
            │ I am not sure what you mean by that.                                         │
            │ 12 tokens, 38.2 tok/s, cut at the limit                                      │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├ You ─────────────────────────────────────────────────────────────────────────┤
            │ a question                                                                   │
            ╰──────────────────────────────────────────────────────────────────────────────╯
             enter ask  ctrl+o base/adapter          · SmolLM2 135M Instruct answers from …
            """
        )
    }

    @Test func twoAnswersAreSideBySideIfThereIsSpace() {
        expectScreen(
            Driver.answeredTwice(width: 110, height: 30),
            """
             workbench   1 Data  2 Run  3 Compare  4 Registry  5 Chat  6 Flows              ● faq-ko-r16  40 %  ETA 1m12s
            ╭ Chat with SmolLM2 135M Instruct · base ────────────────────────────────────────────────────────────────────╮
            │ You                                                                                                        │
            │ 휴가는 어떻게 신청하나요?                                                                                  │
            │                                                                                                            │
            │ company-faq v2 @production Production               │ SmolLM2 135M Instruct                                │
            │ 인사 포털에서 날짜를 입력하면 팀장이 이틀 안에      │ I am not sure what you mean by that.                 │
            │ 승인합니다.                                         │ 12 tokens, 38.2 tok/s, cut at the limit              │
            │ 12 tokens, 38.2 tok/s                               │                                                      │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            ├ You ───────────────────────────────────────────────────────────────────────────────────────────────────────┤
            │ a question                                                                                                 │
            ╰────────────────────────────────────────────────────────────────────────────────────────────────────────────╯
             enter ask  ctrl+o base/adapter  ctrl+r again           · SmolLM2 135M Instruct answers from now on. ctrl+r …
            """
        )
    }

    @Test func optionsAreAForm() {
        expectScreen(
            Driver.chatting().after("ctrl+g"),
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows ● faq-ko-r16  40 %  ETA 1m12s
            ╭ Chat with company-faq v2 @production Production · adapter on smollm2-135m-i… ╮
            │ Ask something; enter sends it.                                               │
            │ ctrl+o switches between adapter and base model.                              │
            │ Answers are sampled with temperature 0.7, up to 512 tokens, seed 0.          │
            │                                                                              │
            │ ╭ How answers are sampled ─────────────────────────────────────────────────╮ │
            │ │ › temperature         0.7  type to replace                               │ │
            │ │   longest answer      512                                                │ │
            │ │   seed                0                                                  │ │
            │ │   top k               40                                                 │ │
            │ │   top p               0.95                                               │ │
            │ │   min p               0.05                                               │ │
            │ │   repetition penalty  1                                                  │ │
            │ │   instructions        none                                               │ │
            │ │                                                                          │ │
            │ │ 0 always takes the most likely token; higher is more random              │ │
            │ ╰──────────────────────────────────────────────────────────────────────────╯ │
            │                                                                              │
            │                                                                              │
            ├ You ─────────────────────────────────────────────────────────────────────────┤
            │ a question                                                                   │
            ╰─────────────────────────────────────────────────────────────────────── ready ╯
             enter use  esc close
            """
        )
    }

    @Test func severalLinesAreTyped() {
        var driver = Driver.chatting()
        driver.take(.input(.paste("첫째 줄\r\n둘째 줄\n")))
        driver.type("끝")
        driver.press("alt+enter")
        driver.type("그리고 더")
        expectScreen(
            driver,
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows ● faq-ko-r16  40 %  ETA 1m12s
            ╭ Chat with company-faq v2 @production Production · adapter on smollm2-135m-i… ╮
            │ Ask something; enter sends it.                                               │
            │ ctrl+o switches between adapter and base model.                              │
            │ Answers are sampled with temperature 0.7, up to 512 tokens, seed 0.          │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├ You ─────────────────────────────────────────────────────────────────────────┤
            │ 첫째 줄                                                                      │
            │ 둘째 줄                                                                      │
            │ 끝                                                                           │
            │ 그리고 더                                                                    │
            ╰─────────────────────────────────────────────────────────────────────── ready ╯
             enter ask  ctrl+o base/adapter  ctrl+r again  ctrl+t who  ctrl+n new
            """
        )
    }

    @Test func withoutAModelItSaysHowToGetOne() {
        var driver = Driver.opened(models: [.missing])
        driver.press("5")
        driver.take(.library(.failed(.targets, .init(.notFound, "No base model is installed."))))
        #expect(driver.screen.contains("P downloads SmolLM2 135M Instruct, 91.7 MB."))
        driver.press("P")
        #expect(driver.asked.contains(LibraryWork.pull("smollm2-135m-instruct")))
    }

    @Test func failureIsShownInPlace() {
        var driver = Driver.chatting()
        driver.ask("a very long question", answer: 1)
        let failure = WorkspaceError(
            .invalid,
            "The conversation has 2100 tokens, and the model reads at most 2048.",
            hint: "Begin a new one with ctrl+n."
        )
        driver.end("", answer: 1, reason: .failed, failure: failure)
        let screen = driver.screen
        #expect(screen.contains("✗ The conversation has 2100 tokens"))
        #expect(screen.contains("│ Begin a new one with ctrl+n."))
    }

    @Test func controlBytesOfAModelNeverReachTheScreen() {
        var driver = Driver.chatting()
        driver.ask("?", answer: 1)
        driver.hear("\u{1B}]0;owned\u{7}\u{1B}[2J\u{202E}x", answer: 1, count: 4)
        let screen = driver.screen
        #expect(screen.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 32 })
        #expect(!screen.contains("\u{202E}"))
        #expect(screen.contains("owned"))
    }
}
