import ChatTemplates
import JSON
import Tokenizers

/// Rows as OpenAI's fine-tuning takes them.
extension RowParser {
    func messages(_ row: JSONObject) throws -> (Conversation, unread: [String]) {
        let reader = MessageReader(parser: self)
        let messages = try list("messages", of: row).enumerated().map {
            try reader.message($0.element, number: $0.offset + 1)
        }
        let tools = try optionalList("tools", of: row)
        // What the older interface called functions.
        let functions = try optionalList("functions", of: row).map { function -> JSONValue in
            ["type": "function", "function": function]
        }
        return try reader.dialogue(messages, tools: tools + functions)
    }
}
