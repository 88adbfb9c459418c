import FoundationEssentials
import Screens
import TerminalUI
import Workspace

extension ChatChoice {
    static let deployed = ChatChoice(
        target: .alias(name: "company-faq", alias: "production"),
        title: "company-faq v2 @production Production",
        subtitle: "adapter on smollm2-135m-instruct"
    )
    static let second = ChatChoice(
        target: .version(name: "company-faq", number: 2),
        title: "company-faq v2 @production Production",
        subtitle: "adapter on smollm2-135m-instruct"
    )
    static let base = ChatChoice(
        target: .base(model: "smollm2-135m-instruct"),
        title: "SmolLM2 135M Instruct",
        subtitle: "base"
    )
}

extension Driver {
    /// The Chat pane, opened on the deployed version, which is loaded.
    static func chatting(width: Int = 80, height: Int = 24) -> Driver {
        var driver = Driver.registered(width: width, height: height)
        driver.press("5")
        driver.take(.library(.targets([.second, .base], standard: .deployed)))
        driver.take(.event(.chat(.init(choice: .deployed, phase: .ready))))
        driver.effects = []
        return driver
    }

    /// A question typed and sent, whose answer has started.
    mutating func ask(_ question: String, answer: UInt64) {
        type(question)
        press("enter")
        take(.chat(.began(AnswerID(answer))))
    }

    /// A piece of an answer.
    mutating func hear(_ text: String, answer: UInt64, count: Int) {
        let piece = AnswerPiece(
            answer: AnswerID(answer),
            text: text,
            tokenCount: count,
            tokensPerSecond: 38.24
        )
        take(.event(.answerPiece(piece)))
    }

    /// The end of an answer.
    mutating func end(
        _ text: String,
        answer: UInt64,
        reason: AnswerOutcome.Reason = .stop,
        failure: WorkspaceError? = nil
    ) {
        let outcome = AnswerOutcome(
            answer: AnswerID(answer),
            text: text,
            ids: Array(repeating: 7, count: 12),
            reason: reason,
            promptTokens: 31,
            tokensPerSecond: 38.24,
            failure: failure
        )
        take(.event(.answerEnded(outcome)))
    }

    /// A conversation with one question and two answers.
    static func answeredTwice(width: Int = 80, height: Int = 24) -> Driver {
        var driver = chatting(width: width, height: height)
        driver.ask("휴가는 어떻게 신청하나요?", answer: 1)
        driver.end("인사 포털에서 날짜를 입력하면 팀장이 이틀 안에 승인합니다.", answer: 1)
        driver.press("ctrl+o", "ctrl+r")
        driver.take(.chat(.began(AnswerID(2))))
        driver.end("I am not sure what you mean by that.", answer: 2, reason: .length)
        return driver
    }
}
