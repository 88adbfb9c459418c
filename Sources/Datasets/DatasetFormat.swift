/// The format of a dataset's rows.
public enum DatasetFormat: String, Sendable, Codable, CaseIterable {
    /// `instruction`, `output` and optionally `input`, `system`, `history`.
    case alpaca
    /// `instruction`, `response` and optionally `context`, `system`.
    case dolly
    /// `conversations`, a list of `from` and `value`.
    case shareGPT = "sharegpt"
    /// `messages`, a list of `role` and `content`, optionally with tool calls.
    case messages
    /// `prompt` and `completion`: two strings, or two lists of messages.
    case promptCompletion = "prompt-completion"
    /// Plain text: files of documents, or rows with `text`.
    case text

    /// The members of the format; a row's other members become its fields.
    var members: [String] {
        switch self {
        case .alpaca: ["instruction", "input", "output", "system", "history"]
        case .dolly: ["instruction", "context", "response", "system"]
        case .shareGPT: ["conversations", "system", "tools"]
        case .messages: ["messages", "tools", "functions", "parallel_tool_calls"]
        case .promptCompletion: ["prompt", "completion", "system", "tools"]
        case .text: ["text"]
        }
    }
}
