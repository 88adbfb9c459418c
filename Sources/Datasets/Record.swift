public import ChatTemplates
import Tokenizers

/// Where a row was read: a file and the line it begins in, counted from one.
public struct RecordSource: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The path of the file, as it was given.
    public let file: String
    /// The line the row begins in, from 1.
    public let line: Int

    /// Names a row.
    public init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    /// Reads what ``description`` says; without a line it is line 0.
    public init(_ description: String) {
        let colon = description.utf8.lastIndex(of: UInt8(ascii: ":"))
        let line = colon.flatMap { Int(description[description.index(after: $0)...]) }
        self.line = line ?? 0
        file = line == nil ? description : colon.map { String(description[..<$0]) } ?? description
    }

    /// The file and line, with a colon between.
    public var description: String { "\(file):\(line)" }
}

/// One row of a dataset: a conversation or a document, and where it stands.
public struct Record: Sendable {
    /// What a row holds, whatever the format it was written in.
    public enum Content: Sendable {
        /// Messages with at least one by the assistant that is to be learnt.
        case conversation(Conversation)
        /// A document of raw text, with `\n` as line ends.
        case text(String)
    }

    /// What the row holds.
    public let content: Content
    /// Where it was read.
    public let source: RecordSource
    /// The row's other members, as text, such as `language`; not trained on, not digested.
    public let fields: [String: String]
    /// The names of members of its messages that nothing was made of.
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

    /// The messages before the assistant's first one: what a person asks.
    var prompt: ArraySlice<Message>? {
        messages?.prefix { !$0.isByAssistant }
    }

    /// The same row with another content.
    func with(_ content: Content) -> Record {
        Record(content, source: source, fields: fields, unread: unread)
    }
}
