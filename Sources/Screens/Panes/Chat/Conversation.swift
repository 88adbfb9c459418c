import ChatTemplates
package import Workspace

/// Questions and what was answered, possibly by several.
package struct Conversation: Equatable, Sendable {
    /// One question with its answers.
    package struct Exchange: Equatable, Sendable {
        /// What was asked.
        package var question: String
        /// What was answered, in the order of asking; the last one that says something counts.
        package var answers: [Reply] = []

        package init(question: String) { self.question = question }

        /// What the conversation goes on from; nil where nobody answered.
        package var accepted: Reply? { answers.last { !$0.text.isEmpty && !$0.isStreaming } }
    }

    /// One answer.
    package struct Reply: Equatable, Sendable {
        /// How far it is.
        package enum Phase: Equatable, Sendable {
            /// Nothing has come yet.
            case waiting
            /// Text is coming.
            case streaming
            /// The model ended it, or a limit or the user did.
            case ended(AnswerOutcome.Reason)
            /// It failed.
            case failed(WorkspaceError)
        }

        /// Who answers.
        package var choice: ChatChoice
        /// The seed it is drawn with.
        package var seed: UInt64
        /// Its text so far.
        package var text = ""
        /// Its tokens so far.
        package var tokenCount = 0
        /// Tokens a second.
        package var tokensPerSecond = 0.0
        /// How far it is.
        package var phase = Phase.waiting

        package init(choice: ChatChoice, seed: UInt64) {
            self.choice = choice
            self.seed = seed
        }

        /// Whether it is under way.
        package var isStreaming: Bool { phase == .waiting || phase == .streaming }
    }

    /// From the first question to the last.
    package var exchanges: [Exchange] = []

    package init() {}

    /// Whether nothing has been asked.
    package var isEmpty: Bool { exchanges.isEmpty }

    /// The answer asked for last.
    package var last: Reply? { exchanges.last?.answers.last }

    /// The last answer that says something.
    package var lastText: String? {
        exchanges.last { exchange in exchange.answers.contains { !$0.text.isEmpty } }?
            .answers.last { !$0.text.isEmpty }?.text
    }

    /// What a model reads to answer the last question; questions that nobody answered are left out.
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
