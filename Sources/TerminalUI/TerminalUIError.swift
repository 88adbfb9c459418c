/// An error in a theme file.
public struct TerminalUIError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of mistake.
    public enum Code: Hashable, Sendable {
        /// The file is not YAML.
        case malformedTheme
        /// A role, a colour or an attribute that does not exist.
        case unknownThemeValue
        /// A theme that inherits from one that does not exist, or from itself.
        case unknownParentTheme
    }

    /// The kind of mistake.
    public let code: Code
    /// What happened, with file and line.
    public let message: String
    /// What to do about it.
    public let hint: String?

    /// A mistake and what to do about it.
    public init(_ code: Code, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// The message and the hint in one line.
    public var description: String {
        hint.map { "\(message) hint: \($0)" } ?? message
    }
}
