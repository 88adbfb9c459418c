package import Workspace

/// A fact of the Chat pane.
package enum ChatAction: Equatable, Sendable {
    /// It was read whom one can talk to, and who is deployed.
    case listed([ChatChoice], standard: ChatChoice)
    /// One can talk to nobody, or it cannot be read.
    case listingFailed(WorkspaceError)
    /// Talk to someone, from another pane.
    case talk(to: ChatTarget)
    /// Ask who shall answer.
    case choose
    /// Have someone answer from now on.
    case take(ChatChoice)
    /// Have the base answer instead of the adapter, or the other way round.
    case swap
    /// Ask what has been typed.
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
    /// Insert a line break that is being typed.
    case breakLine
    /// Open the form for the options.
    case openOptions
    /// Use what the form says.
    case useOptions
    /// Copy the last answer.
    case copyAnswer
}
