package import Workspace

/// A fact of the Chat pane.
package enum ChatAction: Equatable, Sendable {
    /// Chat with a target, from another pane.
    case chat(with: ChatTarget)
    /// Ask which target answers.
    case choose
    /// Use a target for the next answers.
    case take(ChatChoice)
    /// Switch between adapter and base model.
    case swap
    /// Send the draft.
    case send
    /// Ask the last question again.
    case retry
    /// The workspace has started the answer.
    case began(AnswerID)
    /// Stop the answer.
    case stop
    /// Forget the conversation.
    case restart
    /// Give the draft the focus.
    case type
    /// Insert a line break into the draft.
    case breakLine
    /// Open the form for the options.
    case openOptions
    /// Use the form's options.
    case useOptions
    /// Copy the last answer.
    case copyAnswer
}
