import ChatTemplates
import JSON
import Tokenizers

/// Rows in ShareGPT's format: `conversations` of `from` and `value`.
extension RowParser {
    func shareGPT(_ row: JSONObject) throws -> (Conversation, unread: [String]) {
        let reader = MessageReader(parser: self)
        var turns = try system(row).map {
            MessageReader.Message(
                members: [("role", .string($0.role)), ("content", .string($0.content))],
                role: $0.role,
                content: $0.content,
                isLearnt: true
            )
        }
        for (index, value) in try list("conversations", of: row).enumerated() {
            turns.append(try turn(value, number: index + 1, reader))
        }
        return try reader.dialogue(turns, tools: optionalList("tools", of: row))
    }

    /// A turn of `from` and `value`.
    func turn(
        _ value: JSONValue,
        number: Int,
        _ reader: MessageReader,
        called name: String? = nil
    ) throws -> MessageReader.Message {
        let place = name ?? "turn \(number)"
        guard case .object(let object) = value else {
            throw fault(.wrongShape, "\(place) is \(value.kind), not an object")
        }
        // Some exports use OpenAI's names within the list.
        if object["from"] == nil, object["role"] != nil {
            return try reader.message(value, number: number)
        }
        let speaker = try string("from", of: object, in: place)
        guard let role = MessageRole.named(speaker) else {
            throw fault(
                .unknownRole,
                "\(place) is from the unknown speaker \"\(speaker)\"",
                hint: "the speakers are system, human, gpt and tool"
            )
        }
        var content = try reader.text("value", of: object, in: place)
        var members: [(name: String, value: JSONValue)] = [("role", .string(role))]
        if speaker.lowercased() == "function_call" {
            guard let call = try? JSONParser.parse(Array(content.utf8)) else {
                throw fault(.wrongShape, "\(place) is a function_call, but not JSON")
            }
            let calls = if case .array(let calls) = call { calls } else { [call] }
            content = ""
            members.append(("content", .string(content)))
            let caller = ToolCallReader(parser: self, place: place)
            members.append(
                (
                    "tool_calls",
                    .array(try calls.map { try caller.call(["type": "function", "function": $0]) })
                )
            )
        } else {
            members.append(("content", .string(content)))
        }
        return MessageReader.Message(
            members: members,
            role: role,
            content: content,
            isLearnt: try reader.isLearnt(object, role: role, in: place),
            unread: reader.unread(object, known: ["from", "value"], role: role)
        )
    }
}
