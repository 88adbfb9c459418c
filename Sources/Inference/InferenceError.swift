/// Why an answer or a score could not be computed.
public struct InferenceError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of the failure.
    public enum Code: Sendable, Equatable {
        /// A setting is out of range.
        case configuration
        /// The prompt holds no token, or one the model does not know.
        case prompt
        /// The prompt leaves no room for an answer.
        case contextTooLong
        /// The model computed something that is not a number.
        case brokenLogits
    }

    /// The kind of the failure.
    public let code: Code
    /// What happened, and to which thing.
    public let message: String
    /// What to do now.
    public let hint: String?

    /// An error with a message that a person understands.
    public init(_ code: Code, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// The message and the hint in one line.
    public var description: String { hint.map { "\(message) hint: \($0)" } ?? message }
}
