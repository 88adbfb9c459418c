public import Platform

/// What went wrong while a chat template was set up or used.
public typealias TemplateError = CodedError<TemplateErrorCode>

/// The kinds of failure of chat templates that a caller may want to tell apart.
public enum TemplateErrorCode: ErrorCode {
    /// What is to be rendered is not a conversation.
    case invalidConversation
    /// The template cannot be parsed.
    case syntax
    /// The template was parsed but failed on these messages.
    case runtime
    /// The template refused the messages by calling `raise_exception`.
    case refusal
    /// The template asked for more work, depth or text than is allowed.
    case limit

    /// What it means to a target above.
    public var kind: ErrorKind { .invalid }
}
