public import ChatTemplates
import Tokenizers

/// The position of a row: a file and the line it begins in, counted from one.
public struct RecordSource: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The path of the file, as it was given.
    public let file: String
    /// The line the row begins in, from 1.
    public let line: Int

    /// Creates a position.
    public init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    /// Parses a ``description``; without a line it is line 0.
    public init(_ description: String) {
        let colon = description.utf8.lastIndex(of: UInt8(ascii: ":"))
        let line = colon.flatMap { Int(description[description.index(after: $0)...]) }
        self.line = line ?? 0
        file = line == nil ? description : colon.map { String(description[..<$0]) } ?? description
    }

    /// The file and line, with a colon between.
    public var description: String { "\(file):\(line)" }
}

/// One row of a dataset: a conversation or a document, and its position.
public struct Record: Sendable {
    /// The content of a row, independent of its format.
    public enum Content: Sendable {
        /// Messages, at least one of them by the assistant and learnt.
        case conversation(Conversation)
        /// A document of raw text, with `\n` as line ends.
        case text(String)
    }

    /// The row's content.
    public let content: Content
    /// The row's position.
    public let source: RecordSource
    /// The row's other members, as text, such as `language`; not trained on, not digested.
    public let fields: [String: String]
    /// The names of members of its messages that are not read.
    public let unread: [String]

    /// Creates a row.
    public init(
        _ content: Content,
        source: RecordSource,
        fields: [String: String] = [:],
        unread: [String] = []
    ) {
        self.content = content
        self.source = source
        self.fields = fields
        self.unread = unread
    }

    /// The messages, or nil for a document.
    public var messages: [Message]? {
        if case .conversation(let dialogue) = content { dialogue.messages } else { nil }
    }

    /// The messages before the assistant's first: the question.
    var prompt: ArraySlice<Message>? {
        messages?.prefix { !$0.isByAssistant }
    }

    /// The same row with other content.
    func with(_ content: Content) -> Record {
        Record(content, source: source, fields: fields, unread: unread)
    }
}
