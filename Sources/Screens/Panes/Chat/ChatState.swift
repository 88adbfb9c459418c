package import TerminalUI
package import Workspace

/// What the Chat pane shows and remembers.
package struct ChatPaneState: Equatable, Sendable {
    /// The target that answers next; nil while there is none.
    package var choice: ChatChoice?
    /// Whether the user chose the target; else it is the deployed version.
    package var isChosen = false
    /// The adapter that was left for its base model, to go back to.
    package var adapter: ChatChoice?
    /// How far the target that answers next is loaded.
    package var loading: ChatState?
    /// What has been said.
    package var conversation = Conversation()
    /// What is being typed.
    package var draft = TextFieldState()
    /// Whether the keys go to what is being typed.
    package var isTyping = true
    /// How answers are sampled.
    package var options = AnswerOptions()
    /// What is said before the conversation; empty for nothing.
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
    /// Whether it is to be stopped.
    var isStopping = false
    /// What came of answers before it was known which one is ours.
    var early: [WorkspaceEvent] = []
}
