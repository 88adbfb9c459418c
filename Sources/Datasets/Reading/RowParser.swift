import JSON
import Tokenizers

/// Turns the JSON of a row into a conversation, by the format that its members show.
struct RowParser {
    /// The roles that chat templates know.
    static let roles = ["system", "user", "assistant", "tool"]

    let source: RecordSource

    /// The row's format and the record it makes.
    ///
    /// - Throws: `DatasetError` that names the row and the member at fault.
    func record(_ value: JSONValue) throws -> (DatasetFormat, Record) {
        guard case .object(let row) = value else {
            throw fault(.wrongShape, "the row is \(value.kind), not an object")
        }
        let format = try format(of: row)
        let messages =
            switch format {
            case .messages: try conversation(row)
            case .alpaca: try alpaca(row)
            case .promptCompletion, .text: try promptAndCompletion(row)
            }
        guard messages.contains(where: \.isByAssistant) else {
            throw fault(
                .noTarget,
                "no message is by the assistant, so there is nothing to learn",
                hint: "add the answer as a message with the role assistant"
            )
        }
        let known = Set(Self.members[format, default: []].map { JSONName($0) })
        var fields: [String: String] = [:]
        for (name, value) in row.members where !known.contains(name) {
            if case .string(let text) = value {
                fields[name.text] = text
            }
        }
        return (format, Record(.conversation(messages), source: source, fields: fields))
    }

    private static let members: [DatasetFormat: [String]] = [
        .messages: ["messages"],
        .alpaca: ["instruction", "input", "output", "system", "history"],
        .promptCompletion: ["prompt", "completion"],
    ]

    private func format(of row: JSONObject) throws -> DatasetFormat {
        let isShown: [(DatasetFormat, Bool)] = [
            (.messages, row["messages"] != nil),
            (.alpaca, row["instruction"] != nil),
            (.promptCompletion, row["prompt"] != nil && row["completion"] != nil),
        ]
        let formats = isShown.filter(\.1).map(\.0)
        guard let format = formats.first else {
            throw fault(
                .wrongShape,
                "the row is in no known format",
                hint: "a row has messages, or instruction and output, or prompt and completion"
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

    // MARK: Formats

    private func conversation(_ row: JSONObject) throws -> [ChatMessage] {
        for name in ["tools", "functions"] where row[name] != nil {
            throw fault(.wrongShape, "\(name) in a row are not supported")
        }
        guard case .array(let values)? = row["messages"] else {
            throw fault(
                .wrongShape,
                "messages is \(row["messages"]?.kind ?? "missing"), not a list"
            )
        }
        return try values.enumerated().map { try message($0.element, number: $0.offset + 1) }
    }

    private func message(_ value: JSONValue, number: Int) throws -> ChatMessage {
        let place = "message \(number)"
        guard case .object(let object) = value else {
            throw fault(.wrongShape, "\(place) is \(value.kind), not an object")
        }
        let role = try string("role", of: object, in: place)
        guard Self.roles.contains(where: { $0.utf8.elementsEqual(role.utf8) }) else {
            throw fault(
                .unknownRole,
                "\(place) has the unknown role \"\(role)\"",
                hint: "the roles are \(Self.roles.joined(separator: ", "))"
            )
        }
        for name in ["tool_calls", "function_call"] {
            if let value = object[name], !value.isEmpty {
                throw fault(.wrongShape, "\(place): \(name) are not supported")
            }
        }
        if let weight = object["weight"] {
            // An answer that its author left out of training must not be trained on silently.
            guard weight == .integer(1) || weight == .number(1) else {
                throw fault(
                    .wrongShape,
                    "\(place): a weight other than 1 is not supported",
                    hint: "end the conversation before the answer that is not to be learnt"
                )
            }
        }
        return ChatMessage(role: role, content: try string("content", of: object, in: place))
    }

    private func alpaca(_ row: JSONObject) throws -> [ChatMessage] {
        let instruction = try string("instruction", of: row, in: "the row")
        let input = try optionalString("input", of: row)
        let output = try string("output", of: row, in: "the row")
        var messages: [ChatMessage] = []
        let system = try optionalString("system", of: row)
        if !system.isEmpty { messages.append(ChatMessage(role: "system", content: system)) }
        messages += try history(row)
        let question = [instruction, input].filter { !$0.isEmpty }.joined(separator: "\n\n")
        messages.append(ChatMessage(role: "user", content: question))
        messages.append(ChatMessage(role: "assistant", content: output))
        return messages
    }

    /// Earlier turns of an Alpaca row: pairs of what was asked and answered.
    private func history(_ row: JSONObject) throws -> [ChatMessage] {
        guard let history = row["history"], !history.isEmpty else { return [] }
        guard case .array(let turns) = history else {
            throw fault(.wrongShape, "history is \(history.kind), not a list of pairs")
        }
        return try turns.enumerated().flatMap { index, turn in
            guard case .array(let pair) = turn, pair.count == 2,
                case .string(let asked) = pair[0], case .string(let answered) = pair[1]
            else {
                throw fault(.wrongShape, "turn \(index + 1) of history is not a pair of strings")
            }
            return [
                ChatMessage(role: "user", content: asked),
                ChatMessage(role: "assistant", content: answered),
            ]
        }
    }

    private func promptAndCompletion(_ row: JSONObject) throws -> [ChatMessage] {
        [
            ChatMessage(role: "user", content: try string("prompt", of: row, in: "the row")),
            ChatMessage(
                role: "assistant",
                content: try string("completion", of: row, in: "the row")
            ),
        ]
    }

    // MARK: Members

    private func string(_ name: String, of object: JSONObject, in place: String) throws -> String {
        guard let value = object[name] else {
            throw fault(.wrongShape, "\(place) has no \(name)")
        }
        guard case .string(let text) = value else {
            throw fault(.wrongShape, "\(place): \(name) is \(value.kind), not a string")
        }
        return text
    }

    private func optionalString(_ name: String, of row: JSONObject) throws -> String {
        switch row[name] {
        case nil, .null?: ""
        case .some: try string(name, of: row, in: "the row")
        }
    }

    private func fault(
        _ code: DatasetError.Code,
        _ what: String,
        hint: String? = nil
    ) -> DatasetError {
        DatasetError(code, at: source, what, hint: hint)
    }
}

extension JSONValue {
    /// Null, or a list of nothing.
    fileprivate var isEmpty: Bool {
        switch self {
        case .null: true
        case .array(let values): values.isEmpty
        default: false
        }
    }
}
