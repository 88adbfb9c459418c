import JSON
import Tokenizers

/// Turns the JSON of a row into a record, by the format that its members show.
///
/// Each format has a file of its own.
struct RowParser {
    let source: RecordSource
    var mapping = ColumnMapping()

    /// The row's format and the record it makes.
    ///
    /// - Throws: `DatasetError` that names the row and the member at fault.
    func record(_ value: JSONValue) throws -> (DatasetFormat, Record) {
        guard case .object(let own) = value else {
            throw fault(.wrongShape, "the row is \(value.kind), not an object")
        }
        let row = try mapping.applied(to: own, at: source)
        let format = try format(of: row)
        let fields = fields(of: row, besides: format)
        if format == .text {
            let text = try string("text", of: row, in: "the row")
            return (format, Record(try document(text), source: source, fields: fields))
        }
        let dialogue = try dialogue(row, in: format)
        guard dialogue.messages.contains(where: \.isByAssistant) else {
            throw fault(
                .noTarget,
                "no message is by the assistant, so there is nothing to learn",
                hint: "add the answer as a message with the role assistant"
            )
        }
        guard dialogue.hasLearntAnswer else {
            throw fault(
                .noTarget,
                "every answer has the weight 0, so there is nothing to learn",
                hint: "give an answer the weight 1, or take the row out"
            )
        }
        return (format, Record(.conversation(dialogue), source: source, fields: fields))
    }

    private func dialogue(_ row: JSONObject, in format: DatasetFormat) throws -> Dialogue {
        switch format {
        case .messages: try messages(row)
        case .shareGPT: try shareGPT(row)
        case .alpaca: Dialogue(try alpaca(row))
        case .dolly: Dialogue(try dolly(row))
        case .promptCompletion, .text: try promptAndCompletion(row)
        }
    }

    // MARK: Formats

    private func format(of row: JSONObject) throws -> DatasetFormat {
        let isInstruction = row["instruction"] != nil
        let isDolly = isInstruction && row["response"] != nil && row["output"] == nil
        let isShown: [(DatasetFormat, Bool)] = [
            (.messages, row["messages"] != nil),
            (.shareGPT, row["conversations"] != nil),
            (.alpaca, isInstruction && !isDolly),
            (.dolly, isDolly),
            (.promptCompletion, row["prompt"] != nil && row["completion"] != nil),
        ]
        let formats = isShown.filter(\.1).map(\.0)
        // Alpaca's own rows repeat themselves in a member called text.
        if formats.isEmpty, row["text"] != nil { return .text }
        guard let format = formats.first else {
            throw fault(
                .wrongShape,
                "the row is in no known format; its members are \(row.names)",
                hint: "rows have messages, conversations, instruction and output, prompt and "
                    + "completion, or text; other names are mapped: --map instruction=question,"
                    + "output=answer"
            )
        }
        guard formats.count == 1 else {
            throw fault(
                .wrongShape,
                "the row is in two formats at once: \(formats.map(\.rawValue).joined(separator: ", "))",
                hint: "leave the members of one of them"
            )
        }
        return format
    }

    private func document(_ text: String) throws -> Record.Content {
        guard !text.unicodeScalars.allSatisfy(\.properties.isWhitespace) else {
            throw fault(.noTarget, "the text is empty", hint: "take the row out")
        }
        return .text(text)
    }

    /// What of a row is not trained on, as text; lists and objects are left out.
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
