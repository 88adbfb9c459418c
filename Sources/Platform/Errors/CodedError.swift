/// What went wrong, to which thing, and what to do about it.
///
/// Each target has a type alias with its own codes.
public struct CodedError<Code: ErrorCode>: Error, Hashable, CustomStringConvertible {
    /// The kinds of failure of the target, for code that reacts to them.
    public typealias Code = Code

    /// The kind of failure.
    public var code: Code
    /// What happened, to which thing.
    public var message: String
    /// What to do now, if known.
    public var hint: String?
    /// A line for each fault, such as the broken rows of a file; nil for a single one.
    public var details: [String]?
    /// Further information of the target; may be nil.
    public var context: Code.Context?

    /// Creates an error from its parts.
    public init(_ code: Code, _ message: String, hint: String? = nil, details: [String]? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
        self.details = details
    }

    /// The message, followed by the hint if there is one.
    public var description: String { hint.map { "\(message) hint: \($0)" } ?? message }

    /// The message, and the hint as a further sentence.
    package var sentences: String {
        guard let hint, let first = hint.first else { return message }
        let isEnded = message.last.map { ".!?".contains($0) } ?? true
        return "\(message)\(isEnded ? "" : ".") \(first.uppercased())\(hint.dropFirst())"
    }
}

extension CodedError: Codable where Code: Codable {
    private enum CodingKeys: String, CodingKey {
        case code, message, hint, details
    }

    /// Reads what ``encode(to:)`` wrote.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try values.decode(Code.self, forKey: .code),
            try values.decode(String.self, forKey: .message),
            hint: try values.decodeIfPresent(String.self, forKey: .hint),
            details: try values.decodeIfPresent([String].self, forKey: .details)
        )
    }

    /// Encodes all but the context, which is only for this process.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(code, forKey: .code)
        try values.encode(message, forKey: .message)
        try values.encodeIfPresent(hint, forKey: .hint)
        try values.encodeIfPresent(details, forKey: .details)
    }
}

/// The kinds of failure of one target.
public protocol ErrorCode: Hashable, Sendable {
    /// Further information of the target's errors.
    associatedtype Context: Hashable & Sendable = NoErrorContext

    /// The general kind of the code, for other targets.
    var kind: ErrorKind { get }
}

/// The context of errors that have none.
public enum NoErrorContext: Hashable, Sendable {}

/// The general kinds of error, common to all targets.
public enum ErrorKind: String, ErrorCode, Codable {
    /// The folder is on a file system where SQLite's log would be corrupted.
    case networkFileSystem
    /// A folder or file cannot be created, read or written.
    case inaccessible
    /// No space is left on the device.
    case full
    /// The target of the change is read-only.
    case readOnly
    /// No such run, model, dataset, version or alias.
    case notFound
    /// A name or prefix matches several things.
    case ambiguous
    /// The thing is in a state that does not allow this.
    case conflict
    /// The given value cannot be used.
    case invalid
    /// The caller or the user ended it.
    case cancelled
    /// Another target failed; the message is its own.
    case failed

    /// The kind itself.
    public var kind: ErrorKind { self }
}

/// An error of any target.
public protocol AnyCodedError: Error {
    /// The same error with its kind as the code.
    var general: CodedError<ErrorKind> { get }
}

extension CodedError: AnyCodedError {
    /// The same error with its kind as the code.
    public var general: CodedError<ErrorKind> {
        CodedError<ErrorKind>(code.kind, message, hint: hint, details: details)
    }
}
