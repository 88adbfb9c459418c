/// A key of a flow's file: what reading, checking and the JSON Schema know of it.
struct FileKey: Sendable {
    var name: String
    var type: FileType
    var isRequired: Bool
    /// One sentence.
    var help: String

    init(_ name: String, _ type: FileType, isRequired: Bool = false, _ help: String) {
        self.name = name
        self.type = type
        self.isRequired = isRequired
        self.help = help
    }
}

/// The keys of a mapping in a flow's file.
struct FileKeys: Sendable {
    /// What the mapping describes, for messages: `a task`.
    var subject: String
    var keys: [FileKey]
    /// Keys of which exactly one must be there.
    var oneOf: [String] = []

    subscript(name: String) -> FileKey? { keys.first { $0.name == name } }
}

/// What may stand under a key.
indirect enum FileType: Sendable {
    /// A text that is not empty.
    case text
    /// A name that expressions can use.
    case name
    case choice([String])
    case boolean
    case wholeNumber(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    /// Seconds, or a text such as `2h30m`.
    case duration
    /// Bytes, or a text such as `2GB`.
    case memory
    /// An instant in ISO 8601.
    case instant
    /// The URL of an HTTP server.
    case url
    /// Any value; texts may have expressions.
    case value
    /// `true`, `false` or an expression.
    case condition
    case list(FileType)
    case keys(FileKeys)
    /// Names that the file chooses, with values; unless the names are free, expressions use them.
    case named(FileType, isFree: Bool = false)
    /// One of several, which differ in their shape: a single value, a list, or names with values.
    case anyOf([FileType])
}
