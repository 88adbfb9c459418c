public import Platform

/// An error in a theme file.
public typealias TerminalUIError = CodedError<TerminalUIErrorCode>

/// The kind of mistake.
public enum TerminalUIErrorCode: ErrorCode {
    /// The file is not YAML.
    case malformedTheme
    /// A role, a colour or an attribute that does not exist.
    case unknownThemeValue
    /// A theme that inherits from one that does not exist, or from itself.
    case unknownParentTheme

    /// The general kind of error, for other targets.
    public var kind: ErrorKind { .invalid }
}
