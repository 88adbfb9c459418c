package import TerminalUI
package import Workspace

/// What the Chat pane shows and remembers.
package struct ChatPaneState: Equatable, Sendable {
    /// The target that answers next; nil before the targets have been read.
    package var choice: ChatChoice?
    /// Whether the user chose the target; else it is the deployed version.
    package var isChosen = false
    /// The adapter to switch back to from its base model.
    package var adapter: ChatChoice?
    /// How far the target that answers next is loaded.
    package var loading: ChatState?
    /// The conversation.
    package var conversation = Conversation()
    /// The question that is being typed.
    package var draft = TextFieldState()
    /// Whether the draft has the focus.
    package var isTyping = true
    /// How answers are sampled.
    package var options = AnswerOptions()
    /// The system prompt; empty for none.
    package var instructions = ""
    /// The form for the options, while it is open.
    package var form: FormState?
    /// How far the conversation is scrolled.
    package var scroll = ScrollTextState(followsEnd: true)
    /// The answer under way.
    var answering: Answering?

    package init() {}

    /// Whether an answer is under way.
    package var isAnswering: Bool { answering != nil }
}

/// An answer under way.
struct Answering: Equatable, Sendable {
    /// Its identity; nil until the workspace has given one.
    var id: AnswerID?
    /// Whether the user stopped it.
    var isStopping = false
    /// Events of answers that came before the id of this one was known.
    var early: [WorkspaceEvent] = []
}
