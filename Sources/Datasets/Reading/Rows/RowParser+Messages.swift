import ChatTemplates
import JSON
import Tokenizers

/// Rows in the format of OpenAI's fine-tuning.
extension RowParser {
    func messages(_ row: JSONObject) throws -> (Conversation, unread: [String]) {
        let reader = MessageReader(parser: self)
        let messages = try list("messages", of: row).enumerated().map {
            try reader.message($0.element, number: $0.offset + 1)
        }
        let tools = try optionalList("tools", of: row)
        // The older interface called tools functions.
        let functions = try optionalList("functions", of: row).map { function -> JSONValue in
            ["type": "function", "function": function]
        }
        return try reader.dialogue(messages, tools: tools + functions)
    }
}
