/// Why the screen cannot be opened.
public struct TerminalNcursesError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of obstacle.
    public enum Code: Hashable, Sendable {
        /// Standard input or output is not a terminal.
        case notATerminal
        /// The terminal cannot place a cursor.
        case unsuitableTerminal
        /// The log that replaces standard error cannot be opened.
        case unwritableLog
        /// The operating system refused something.
        case system
    }

    /// The kind of obstacle.
    public let code: Code
    /// What happened, to which thing.
    public let message: String
    /// What to do about it.
    public let hint: String?

    init(_ code: Code, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// The message and the hint in one line.
    public var description: String {
        hint.map { "\(message) hint: \($0)" } ?? message
    }
}
