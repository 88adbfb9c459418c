import ChatTemplates
import Platform
import Screens
import TerminalUI
import Testing
import Workspace

@Suite struct ChatTests {
    static func prompt(_ driver: Driver) -> [ChatTemplates.Message] {
        for effect in driver.effects {
            if case .conversation(let turns) = effect.argument(of: "answer") as Prompt? {
                return turns
            }
        }
        return []
    }

    static func target(_ driver: Driver) -> ChatTarget? {
        driver.effects.lazy.compactMap { $0.argument(of: "answer") }.first
    }

    static func options(_ driver: Driver) -> AnswerOptions? {
        driver.effects.lazy.compactMap { $0.argument(of: "answer") }.first
    }

    @Test func openingThePaneReadsTheSpeakersAndLoadsThem() {
        var driver = Driver.registered()
        driver.press("5")
        #expect(driver.asked.contains(LibraryWork.read(.targets)))
        driver.effects = []
        driver.take(.library(.targets([.second, .base], standard: .deployed)))
        #expect(driver.asked == [ChatWork.prepare(ChatChoice.deployed.target)])
    }

    @Test func aVersionOpenedFromTheRegistryReadsTheOtherModels() {
        var driver = Driver.registered()
        driver.take(.chat(.chat(with: ChatChoice.deployed.target)))
        #expect(driver.state.pane == .chat)
        #expect(driver.asked.contains(LibraryWork.read(.targets)))
    }

    @Test func returningToThePaneContinuesTyping() {
        var driver = Driver.chatting()
        driver.press("esc", "2", "5", "t")
        #expect(driver.state.pane == .chat)
        #expect(driver.state.run.form == nil)
        #expect(driver.state.chat.draft.text == "t")
    }

    @Test func questionIsSentToTheDeployedVersionWithTheWholeConversation() {
        var driver = Driver.chatting()
        driver.ask("하나", answer: 1)
        driver.end("first", answer: 1)
        driver.effects = []
        driver.type("둘")
        driver.press("enter")
        #expect(Self.target(driver) == ChatChoice.deployed.target)
        #expect(
            Self.prompt(driver) == [
                .user("하나"), .assistant("first"), .user("둘"),
            ]
        )
    }

    @Test func oneKeySwapsBaseAndAdapterOnTheSameConversation() {
        var driver = Driver.chatting()
        driver.ask("q", answer: 1)
        driver.end("adapter says", answer: 1)
        driver.press("ctrl+o")
        #expect(driver.state.chat.choice == .base)
        #expect(driver.asked == [ChatWork.prepare(ChatChoice.base.target)])
        driver.type("next")
        driver.press("enter")
        #expect(Self.target(driver) == ChatChoice.base.target)
        #expect(Self.prompt(driver).map(\.content) == ["q", "adapter says", "next"])
        driver.take(.chat(.began(AnswerID(2))))
        driver.end("base says", answer: 2)
        driver.press("ctrl+o")
        #expect(driver.state.chat.choice == .deployed)
    }

    @Test func lastQuestionIsSentToTheOtherSpeaker() {
        var driver = Driver.chatting()
        driver.ask("q", answer: 1)
        driver.end("adapter says", answer: 1)
        driver.press("ctrl+o", "ctrl+r")
        #expect(Self.prompt(driver) == [.user("q")])
        #expect(Self.target(driver) == ChatChoice.base.target)
        let answers = driver.state.chat.conversation.exchanges[0].answers
        #expect(answers.map(\.choice) == [.deployed, .base])
    }

    @Test func retryDrawsWithAnotherSeed() {
        var driver = Driver.chatting()
        #expect(driver.state.chat.options.temperature > 0)
        driver.ask("q", answer: 1)
        #expect(Self.options(driver)?.seed == 0)
        driver.end("one", answer: 1)
        driver.press("ctrl+r")
        #expect(Self.options(driver)?.seed == 1)
    }

    @Test func retryOfTheLikeliestKeepsTheSeed() {
        var driver = Driver.chatting()
        driver.press("ctrl+g", "ctrl+u", "0", "enter")
        #expect(driver.state.chat.options.temperature == 0)
        driver.ask("q", answer: 1)
        driver.end("one", answer: 1)
        driver.press("ctrl+r")
        #expect(Self.options(driver)?.seed == 0)
    }

    @Test func piecesThatArriveBeforeTheAnswerIsKnownAreKept() {
        var driver = Driver.chatting()
        driver.type("q")
        driver.press("enter")
        driver.hear("other", answer: 8, count: 1)
        driver.hear("Hel", answer: 9, count: 1)
        driver.hear("lo", answer: 9, count: 2)
        driver.take(.chat(.began(AnswerID(9))))
        #expect(driver.state.chat.conversation.last?.text == "Hello")
        driver.end("Hello.", answer: 9)
        #expect(driver.state.chat.conversation.last?.text == "Hello.")
        #expect(driver.state.chat.isAnswering == false)
    }

    @Test func interruptStopsTheAnswerAndNotTheProgram() {
        var driver = Driver.chatting()
        driver.ask("q", answer: 4)
        driver.hear("half an ", answer: 4, count: 3)
        driver.press("ctrl+c")
        #expect(driver.asked == [ChatWork.cancel(AnswerID(4))])
        driver.press("ctrl+c")
        #expect(driver.asked.isEmpty)
        driver.end("half an ", answer: 4, reason: .cancelled)
        #expect(driver.state.exit == nil)
        #expect(driver.state.overlay == nil)
        #expect(driver.screen.contains("stopped"))
    }

    @Test func interruptBeforeTheAnswerIsKnownStopsItOnceItIs() {
        var driver = Driver.chatting()
        driver.type("q")
        driver.press("enter", "ctrl+c")
        driver.effects = []
        driver.take(.chat(.began(AnswerID(5))))
        #expect(driver.asked == [ChatWork.cancel(AnswerID(5))])
    }

    @Test func failedQuestionIsLeftOutOfWhatFollows() {
        var driver = Driver.chatting()
        driver.ask("lost", answer: 1)
        driver.end("", answer: 1, reason: .failed, failure: .init(.failed, "no"))
        driver.type("next")
        driver.press("enter")
        #expect(Self.prompt(driver) == [.user("next")])
    }

    @Test func onlyOneAnswerAtATime() {
        var driver = Driver.chatting()
        driver.ask("one", answer: 1)
        driver.type("two")
        driver.press("enter")
        #expect(Self.prompt(driver).isEmpty)
        #expect(driver.state.message?.text.contains("ctrl+c stops it") == true)
        #expect(driver.state.chat.draft.text == "two")
    }

    @Test func fieldTakesWhatIsPrintableAndEscLeavesIt() {
        var driver = Driver.chatting()
        driver.type("q?:1한글")
        #expect(driver.state.chat.draft.text == "q?:1한글")
        #expect(driver.state.exit == nil)
        driver.press("esc", "1")
        #expect(driver.state.pane == .data)
        driver.press("5")
        driver.type("!")
        #expect(driver.state.chat.draft.text == "q?:1한글!")
    }

    @Test func lastAnswerIsCopied() {
        var driver = Driver.answeredTwice()
        driver.press("ctrl+y")
        #expect(driver.asked == [.terminal(.copy("I am not sure what you mean by that."))])
        driver.press("esc", "y")
        #expect(driver.asked == [.terminal(.copy("I am not sure what you mean by that."))])
    }

    @Test func conversationFollowsTheEndUntilItIsScrolled() {
        var driver = Driver.chatting()
        for number in 1...9 {
            driver.ask("question \(number)", answer: UInt64(number))
            driver.end("answer \(number)", answer: UInt64(number))
        }
        #expect(driver.screen.contains("answer 9"))
        driver.press("pgup")
        #expect(!driver.screen.contains("answer 9"))
        #expect(driver.screen.contains("answer 5"))
        driver.press("pgdn")
        #expect(driver.screen.contains("answer 9"))
    }

    @Test func promotionMovesAChatThatFollowsTheDeployment() {
        var driver = Driver.chatting()
        driver.take(.event(.registryChanged(name: "company-faq")))
        #expect(driver.asked.contains(LibraryWork.read(.targets)))
        var promoted = ChatChoice.deployed
        promoted.title = "company-faq v3 @production Production"
        driver.take(.library(.targets([.second, .base], standard: promoted)))
        #expect(driver.screen.contains("Chat with company-faq v3"))
    }

    @Test func chosenSpeakerStaysWhenAnotherIsDeployed() {
        var driver = Driver.chatting()
        driver.press("ctrl+o")
        driver.take(.library(.targets([.second, .base], standard: .second)))
        #expect(driver.state.chat.choice == .base)
    }

    @Test func speakersAreChosenFromAMenu() {
        var driver = Driver.chatting()
        driver.press("ctrl+t")
        driver.type("smol")
        driver.press("enter")
        #expect(driver.state.chat.choice == .base)
        #expect(
            driver.state.log.entries.last?.command
                == "workbench chat --model smollm2-135m-instruct"
        )
    }

    @Test func swappingSaysWhyItCannot() {
        var driver = Driver.opened()
        driver.press("5")
        driver.take(.library(.targets([.base], standard: .base)))
        driver.press("ctrl+o")
        #expect(driver.state.chat.choice == .base)
        #expect(driver.state.message?.text.contains("no adapter is trained on") == true)
    }

    @Test func badOptionIsRefused() {
        var driver = Driver.chatting()
        driver.press("ctrl+g", "backspace", "x", "enter")
        #expect(driver.state.chat.form != nil)
        #expect(driver.state.chat.form?.problems["temperature"] == "write a number")
        driver.press("esc")
        #expect(driver.state.chat.form == nil)
        #expect(driver.state.chat.options == AnswerOptions())
    }

    @Test func instructionsComeFirst() {
        var driver = Driver.chatting()
        driver.press("ctrl+g", "up")
        driver.type("Answer in Korean.")
        driver.press("enter")
        driver.type("q")
        driver.press("enter")
        #expect(
            Self.prompt(driver) == [.system("Answer in Korean."), .user("q")]
        )
    }

    @Test func newConversationIsEmpty() {
        var driver = Driver.answeredTwice()
        driver.press("ctrl+n")
        #expect(driver.state.chat.conversation.isEmpty)
        driver.type("q")
        driver.press("enter")
        #expect(Self.prompt(driver) == [.user("q")])
    }

    @Test func everySizeIsDrawn() {
        let scenes = [Driver.chatting(), .answeredTwice(), .answeredTwice().after("ctrl+g")]
        for scene in scenes { scene.expectEverySize() }
        var typing = Driver.chatting()
        typing.take(.input(.paste("휴가는\n어떻게\n신청하나요? 🙂👨‍👩‍👧 and more words than a line holds\n\n")))
        typing.expectEverySize()
    }
}
