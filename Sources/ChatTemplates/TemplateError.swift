public import Platform

/// An error of a chat template.
public typealias TemplateError = CodedError<TemplateErrorCode>

/// The kinds of failure of chat templates.
public enum TemplateErrorCode: ErrorCode {
    /// The input is not a conversation.
    case invalidConversation
    /// The template cannot be parsed.
    case syntax
    /// The template was parsed but failed on these messages.
    case runtime
    /// The template refused the messages by calling `raise_exception`.
    case refusal
    /// The template exceeded a limit of work, depth or text.
    case limit

    /// The general kind of error, for other targets.
    public var kind: ErrorKind { .invalid }
}
