/// What can go wrong between a model, its adapter and its input.
public struct TransformerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: Sendable {
        /// The adapter was made for a model of another shape.
        case adapterMismatch
        /// A token that the vocabulary does not have.
        case unknownToken
        /// More tokens than there is room for.
        case contextTooLong
        /// The pool of keys and values has no block left.
        case cacheFull
    }

    /// The kind of failure.
    public let code: Code
    /// What happened, to which thing.
    public let message: String
    /// What to do now.
    public let hint: String?

    /// An error with its message and its hint.
    public init(_ code: Code, _ message: String, hint: String?) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// The message and the hint in one line.
    public var description: String { hint.map { "\(message) hint: \($0)" } ?? message }
}
