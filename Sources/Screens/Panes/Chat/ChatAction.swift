package import Workspace

/// A fact of the Chat pane.
package enum ChatAction: Equatable, Sendable {
    /// Chat with a target, from another pane.
    case talk(to: ChatTarget)
    /// Ask which target answers.
    case choose
    /// Let a target answer from now on.
    case take(ChatChoice)
    /// Switch between adapter and base model.
    case swap
    /// Send the draft.
    case send
    /// Ask the last question again.
    case retry
    /// The workspace has begun the answer.
    case began(AnswerID)
    /// Stop the answer.
    case stop
    /// Forget the conversation.
    case restart
    /// Go back to typing.
    case type
    /// Insert a line break into the draft.
    case breakLine
    /// Open the form for the options.
    case openOptions
    /// Use what the form says.
    case useOptions
    /// Copy the last answer.
    case copyAnswer
}
