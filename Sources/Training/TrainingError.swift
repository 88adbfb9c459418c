/// Why a training run could not start, continue or be saved.
public struct TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of the failure, for callers that react to it.
    public enum Code: Sendable, Equatable {
        /// A setting is out of range or contradicts another one.
        case configuration
        /// An example cannot be trained on.
        case example
        /// The loss or the gradient became infinite or not a number.
        case diverged
        /// A checkpoint is incomplete or altered.
        case damagedCheckpoint
        /// A checkpoint belongs to other data, another model or another configuration.
        case resumeMismatch
        /// A file could not be read or written.
        case file
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
