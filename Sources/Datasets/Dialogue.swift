import JSON
public import Tokenizers

/// A conversation to learn from: its messages, the tools on offer, and which answers are learnt.
public struct Dialogue: Sendable {
    /// Who says what, without calls of tools; a message that only calls a tool says nothing.
    public let messages: [ChatMessage]
    /// The places of the assistant's messages that are read but not learnt.
    public let unlearnt: Set<Int>
    /// The whole conversation, where it is more than roles and contents.
    private let details: ChatConversation?

    /// A conversation of plain messages.
    public init(_ messages: [ChatMessage], unlearnt: Set<Int> = []) {
        self.messages = messages
        self.unlearnt = unlearnt
        details = nil
    }

    /// A conversation with calls of tools, tools on offer or further members of messages.
    public init(_ chat: ChatConversation, unlearnt: Set<Int> = []) {
        messages = chat.messages.map { message in
            func text(_ name: String) -> String {
                guard case .string(let text)? = message[name] else { return "" }
                return text
            }
            return ChatMessage(role: text("role"), content: text("content"))
        }
        self.unlearnt = unlearnt
        details = chat
    }

    /// The conversation as a chat template takes it.
    public var chat: ChatConversation { details ?? ChatConversation(messages) }

    /// Whether there is nothing but roles and contents, all of it to be learnt.
    var isPlain: Bool { details == nil && unlearnt.isEmpty }

    /// Whether an answer of the assistant is to be learnt.
    var hasLearntAnswer: Bool {
        messages.indices.contains { messages[$0].isByAssistant && !unlearnt.contains($0) }
    }
}
