public import Platform

/// A message for a person, shown once and kept in the log.
public struct Notice: Equatable, Sendable, Codable {
    /// How much it matters.
    public enum Level: String, Sendable, Codable {
        /// Something succeeded.
        case success
        /// Worth knowing.
        case information
        /// Something may not be as intended.
        case warning
        /// Something failed.
        case failure
    }

    /// How much it matters.
    public var level: Level
    /// What happened, to which thing.
    public var message: String
    /// What to do now.
    public var hint: String?

    /// Creates a notice.
    public init(_ level: Level, _ message: String, hint: String? = nil) {
        self.level = level
        self.message = message
        self.hint = hint
    }

    /// The notice of an error.
    public init(_ error: RunError) {
        self.init(.failure, error.message, hint: error.hint)
    }
}
