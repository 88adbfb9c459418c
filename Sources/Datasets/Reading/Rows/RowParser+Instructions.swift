import ChatTemplates
import JSON
import Tokenizers

/// Rows with an instruction and an answer.
extension RowParser {
    func alpaca(_ row: JSONObject) throws -> [Message] {
        let asked = try question(row, context: "input")
        let answer = try string("output", of: row, in: "the row")
        return try system(row) + history(row) + Self.exchange(asked, answer)
    }

    func dolly(_ row: JSONObject) throws -> [Message] {
        let asked = try question(row, context: "context")
        let answer = try string("response", of: row, in: "the row")
        return try system(row) + Self.exchange(asked, answer)
    }

    /// The system message of a row that has one.
    func system(_ row: JSONObject) throws -> [Message] {
        let system = try optionalString("system", of: row)
        return system.isEmpty ? [] : [Message(role: "system", content: system)]
    }

    static func exchange(_ asked: String, _ answer: String) -> [Message] {
        [
            Message(role: "user", content: asked),
            Message(role: "assistant", content: answer),
        ]
    }

    /// The instruction, followed by an empty line and the context.
    private func question(_ row: JSONObject, context: String) throws -> String {
        let parts = [
            try string("instruction", of: row, in: "the row"),
            try optionalString(context, of: row),
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    /// Earlier turns of an Alpaca row: pairs of question and answer.
    private func history(_ row: JSONObject) throws -> [Message] {
        try optionalList("history", of: row).enumerated().flatMap { index, turn in
            guard case .array(let pair) = turn, pair.count == 2,
                case .string(let asked) = pair[0], case .string(let answered) = pair[1]
            else {
                throw fault(.wrongShape, "turn \(index + 1) of history is not a pair of strings")
            }
            return Self.exchange(asked, answered)
        }
    }
}
