import ChatTemplates
import JSON
import Tokenizers

/// Converts the JSON of a row to a record, by the format that its members match.
///
/// Each format has a file of its own.
struct RowParser {
    /// A row, and how it was read.
    struct Row {
        let record: Record
        let format: DatasetFormat
        /// Further formats that the row matches.
        let others: [DatasetFormat]
    }

    let source: RecordSource
    var mapping = ColumnMapping()
    /// The format to read if a row matches several; nil reads the first that matches.
    var format: DatasetFormat?
    /// The spelling of a missing value: `null`, or `NaN` if the file uses that.
    var missing = "null"

    /// The row's format and record.
    ///
    /// - Throws: `DatasetError` that names the row and the invalid member.
    func row(_ value: JSONValue) throws -> Row {
        let own = try object(value)
        let row = try mapping.applied(to: own, at: source)
        let (format, others) = try format(of: row)
        let fields = fields(of: row, besides: format)
        if format == .text {
            let text = try string("text", of: row, in: "the row")
            let record = Record(try document(text), source: source, fields: fields)
            return Row(record: record, format: format, others: others)
        }
        let (dialogue, unread) = try dialogue(row, in: format)
        guard dialogue.messages.contains(where: \.isByAssistant) else {
            throw fault(
                .noTarget,
                "there is no message of the assistant, so there is nothing to learn",
                hint: "add the answer as a message with the role assistant"
            )
        }
        guard dialogue.hasLearntAnswer else {
            throw fault(
                .noTarget,
                "every answer is marked as not to be learnt, so there is nothing to learn",
                hint: "give an answer the weight 1, or remove the row"
            )
        }
        let record = Record(
            .conversation(dialogue),
            source: source,
            fields: fields,
            unread: unread
        )
        return Row(record: record, format: format, others: others)
    }

    /// The row's members; a list of messages is a row with nothing else.
    private func object(_ value: JSONValue) throws -> JSONObject {
        if case .object(let object) = value { return object }
        guard case .array(let messages) = value, !messages.isEmpty,
            messages.allSatisfy(\.isMessage)
        else { throw fault(.wrongShape, "the row is \(value.kind), not an object") }
        let isShareGPT =
            if case .object(let first) = messages[0] { first["role"] == nil } else { false }
        var object = JSONObject()
        _ = object.insert(value, named: isShareGPT ? "conversations" : "messages")
        return object
    }

    private func dialogue(
        _ row: JSONObject,
        in format: DatasetFormat
    ) throws -> (Conversation, unread: [String]) {
        switch format {
        case .messages: try messages(row)
        case .shareGPT: try shareGPT(row)
        case .alpaca: (Conversation(try alpaca(row)), [])
        case .dolly: (Conversation(try dolly(row)), [])
        case .promptCompletion, .text: try promptAndCompletion(row)
        }
    }

    private func document(_ text: String) throws -> Record.Content {
        guard !text.unicodeScalars.allSatisfy(\.properties.isWhitespace) else {
            throw fault(.noTarget, "the text is empty", hint: "remove the row")
        }
        return .text(text)
    }

    /// The members of a row that are not trained on, as text; lists and objects are left out.
    private func fields(of row: JSONObject, besides format: DatasetFormat) -> [String: String] {
        let known = Set(format.members.map { JSONName($0) })
        var fields: [String: String] = [:]
        for (name, value) in row.members where !known.contains(name) {
            switch value {
            case .string(let text): fields[name.text] = text
            case .integer(let number): fields[name.text] = String(number)
            case .number(let number): fields[name.text] = String(number)
            case .boolean(let flag): fields[name.text] = String(flag)
            case .null, .array, .object: break
            }
        }
        return fields
    }
}
