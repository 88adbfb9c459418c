import ChatTemplates
import JSON
import Tokenizers

/// Rows of a prompt and its completion, as TRL writes them.
extension RowParser {
    /// Two strings are a question and its answer; of two lists of messages only the completion is
    /// learnt.
    func promptAndCompletion(_ row: JSONObject) throws -> (Conversation, unread: [String]) {
        guard case .array? = row["prompt"] else {
            let asked = try string("prompt", of: row, in: "the row")
            let answer = try string("completion", of: row, in: "the row")
            return (Conversation(try system(row) + Self.exchange(asked, answer)), [])
        }
        let prompt = try list("prompt", of: row)
        let reader = MessageReader(parser: self)
        let messages = try (prompt + list("completion", of: row)).enumerated().map {
            try reader.message($0.element, number: $0.offset + 1)
        }
        let read = messages.prefix(prompt.count).indices.filter { messages[$0].isByAssistant }
        return try reader.dialogue(messages, tools: optionalList("tools", of: row), unlearnt: read)
    }
}
