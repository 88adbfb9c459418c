import Database

/// What the registry refuses, in words for the person who asked.
///
/// Failures of the database itself come as the store's `TrackingError`.
public struct RegistryError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of refusal a caller may want to tell apart.
    public enum Code: Sendable, Equatable {
        /// No such model, version or alias.
        case notFound
        /// A model of that name is there already.
        case alreadyExists
        /// A name, stage or reference that cannot be.
        case invalidValue
        /// There is nothing to roll back to, to undo or to redo.
        case nothingBefore
        /// Something was changed in the meantime.
        case conflict
        /// The version does not pass the model's gate; the message names what it fails.
        case refused
    }

    /// The kind of refusal.
    public var code: Code
    /// What happened, to which thing.
    public var message: String
    /// What to do now, where there is something to do.
    public var hint: String?

    /// Creates an error from its parts.
    public init(_ code: Code, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// The message, and the hint where there is one.
    public var description: String {
        hint.map { "\(message) hint: \($0)" } ?? message
    }
}
