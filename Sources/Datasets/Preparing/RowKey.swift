import ChatTemplates
import JSON
import Tokenizers

/// The part of a row that is compared with other rows.
public enum RowKey: Sendable, Equatable, CustomStringConvertible {
    /// The whole content.
    case row
    /// The question: the messages before the assistant's first.
    case question
    /// The assistant's messages.
    case answer
    /// A member that is not trained on, such as the page a row was made from.
    case field(String)

    /// Parses `row`, `question`, `answer`, or else the name of a member.
    public init(_ text: String) {
        switch text {
        case "row": self = .row
        case "question": self = .question
        case "answer": self = .answer
        default: self = .field(text)
        }
    }

    /// The name in the form that is parsed.
    public var description: String {
        switch self {
        case .row: "row"
        case .question: "question"
        case .answer: "answer"
        case .field(let name): name
        }
    }

    /// The texts of the key, in NFC and with single spaces; for a document always its text.
    ///
    /// - Throws: `DatasetError.Code.invalidStep` for a row that lacks the member.
    func texts(of record: Record) throws -> [String] {
        if case .field(let name) = self {
            guard let value = record.fields[name] else {
                throw DatasetError(
                    .invalidStep,
                    at: record.source,
                    "the row has no \(name)",
                    hint: record.fields.isEmpty
                        ? "give row, question or answer"
                        : "give row, question, answer, or one of "
                            + record.fields.keys.sorted().joined(separator: ", ")
                )
            }
            return [value.normalized]
        }
        switch (record.content, self) {
        case (.text(let text), _): return [text.normalized]
        case (.conversation(let dialogue), .answer):
            return dialogue.messages.filter(\.isByAssistant).map(\.content.normalized)
        case (.conversation(let dialogue), .question):
            let asked = dialogue.messages.prefix { !$0.isByAssistant }
            return asked.flatMap { [$0.role, $0.content.normalized] }
        case (.conversation(let dialogue), _):
            let texts = dialogue.messages.flatMap { [$0.role, $0.content.normalized] }
            let details = dialogue.isPlain ? [] : dialogue.objects.map(JSONValue.object)
            return texts + details.map { String(decoding: $0.bytes, as: UTF8.self) }
        }
    }
}
