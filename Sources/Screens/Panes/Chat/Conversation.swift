import ChatTemplates
package import Workspace

/// Questions and their answers, possibly by several models.
package struct Conversation: Equatable, Sendable {
    /// One question with its answers.
    package struct Exchange: Equatable, Sendable {
        /// The question.
        package var question: String
        /// The answers in the order of asking; the last one with a text counts.
        package var answers: [Reply] = []

        package init(question: String) { self.question = question }

        /// The answer that the conversation continues from; nil if there is none.
        package var accepted: Reply? { answers.last { !$0.text.isEmpty && !$0.isStreaming } }
    }

    /// One answer.
    package struct Reply: Equatable, Sendable {
        /// The state of an answer.
        package enum Phase: Equatable, Sendable {
            /// No text has arrived yet.
            case waiting
            /// Text is arriving.
            case streaming
            /// The model ended it, or a limit or the user did.
            case ended(AnswerOutcome.Reason)
            /// It failed.
            case failed(WorkspaceError)
        }

        /// The target that answers.
        package var choice: ChatChoice
        /// The seed of its sampling.
        package var seed: UInt64
        /// Its text so far.
        package var text = ""
        /// Its tokens so far.
        package var tokenCount = 0
        /// Tokens a second.
        package var tokensPerSecond = 0.0
        /// Its state.
        package var phase = Phase.waiting

        package init(choice: ChatChoice, seed: UInt64) {
            self.choice = choice
            self.seed = seed
        }

        /// Whether it is under way.
        package var isStreaming: Bool { phase == .waiting || phase == .streaming }
    }

    /// All questions with their answers, in order.
    package var exchanges: [Exchange] = []

    package init() {}

    /// Whether there is no question yet.
    package var isEmpty: Bool { exchanges.isEmpty }

    /// The newest answer.
    package var last: Reply? { exchanges.last?.answers.last }

    /// The last answer with a text.
    package var lastText: String? {
        exchanges.last { exchange in exchange.answers.contains { !$0.text.isEmpty } }?
            .answers.last { !$0.text.isEmpty }?.text
    }

    /// The prompt for the last question; questions without an answer are left out.
    package func prompt(instructions: String) -> Prompt {
        var messages: [ChatTemplates.Message] =
            instructions.isEmpty ? [] : [.system(instructions)]
        for exchange in exchanges.dropLast() {
            guard let answer = exchange.accepted else { continue }
            messages.append(.user(exchange.question))
            messages.append(.assistant(answer.text))
        }
        if let last = exchanges.last { messages.append(.user(last.question)) }
        return .conversation(messages)
    }

    /// Changes the answer under way.
    mutating func updateLast(_ change: (inout Reply) -> Void) {
        guard let exchange = exchanges.indices.last,
            let answer = exchanges[exchange].answers.indices.last
        else { return }
        change(&exchanges[exchange].answers[answer])
    }
}
