public import Platform

/// Why the screen cannot be opened.
public typealias TerminalNcursesError = CodedError<TerminalNcursesErrorCode>

/// The kind of obstacle.
public enum TerminalNcursesErrorCode: ErrorCode {
    /// Standard input or output is not a terminal.
    case notATerminal
    /// The terminal cannot place a cursor.
    case unsuitableTerminal
    /// The log that replaces standard error cannot be opened.
    case unwritableLog
    /// The operating system refused something.
    case system

    /// The general kind of error, for other targets.
    public var kind: ErrorKind { .failed }
}
