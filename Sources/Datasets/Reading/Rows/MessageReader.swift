import ChatTemplates
import JSON
import Tokenizers

/// Converts the messages of a row to those of chat templates.
struct MessageReader {
    /// A message, and whether it is learnt.
    struct Message {
        var members: [(name: String, value: JSONValue)]
        var role: String
        var content: String
        var isLearnt: Bool
        /// The names of the members that are not read.
        var unread: [String] = []

        var isByAssistant: Bool { role.utf8.elementsEqual("assistant".utf8) }
        /// Only a role and content.
        var isPlain: Bool { members.count == 2 }
    }

    /// Further members of a message that a template may write.
    private static let further = [
        "name", "tool_call_id", "reasoning_content", "reasoning", "thinking",
    ]
    private static let known = Set(
        (further + ["role", "content", "tool_calls", "function_call"]).map { JSONName($0) }
    )

    let parser: RowParser

    /// Creates a conversation of messages.
    func dialogue(
        _ messages: [Message],
        tools: [JSONValue] = [],
        unlearnt: [Int] = []
    ) throws -> (Conversation, unread: [String]) {
        let left = messages.indices.filter { messages[$0].isByAssistant && !messages[$0].isLearnt }
        let unlearnt = Set(unlearnt + left)
        let unread = messages.flatMap(\.unread)
        guard tools.isEmpty, messages.allSatisfy(\.isPlain) else {
            for (index, tool) in tools.enumerated() {
                guard case .object = tool else {
                    throw parser.fault(
                        .wrongShape,
                        "tool \(index + 1) is \(tool.kind), not an object"
                    )
                }
            }
            let objects = messages.map { message in
                message.members.reduce(into: JSONObject()) {
                    _ = $0.insert($1.value, named: JSONName($1.name))
                }
            }
            let chat = Conversation(
                objects: objects,
                tools: tools.isEmpty ? nil : tools,
                unlearnt: unlearnt
            )
            return (chat, unread)
        }
        let plain = messages.map { ChatTemplates.Message(role: $0.role, content: $0.content) }
        return (Conversation(plain, unlearnt: unlearnt), unread)
    }

    /// A message with `role` and `content`.
    func message(_ value: JSONValue, number: Int) throws -> Message {
        let place = "message \(number)"
        guard case .object(let object) = value else {
            throw parser.fault(
                .wrongShape,
                "\(place) is \(parser.kind(of: value)), not an object"
            )
        }
        // The names in ShareGPT's exports.
        if object["role"] == nil, object["from"] != nil {
            return try parser.turn(value, number: number, self, called: place)
        }
        let own = try parser.string("role", of: object, in: place)
        guard let role = MessageRole.named(own) else {
            throw parser.fault(
                .unknownRole,
                "\(place) has the unknown role \"\(own)\"",
                hint: "the roles are \(MessageRole.all.joined(separator: ", "))"
            )
        }
        // Most messages have only a role and content.
        let isPlain = object.members.count == 2 && object["content"] != nil
        let calls =
            isPlain ? [] : try ToolCallReader(parser: parser, place: place).calls(of: object)
        let content =
            switch object["content"] {
            case nil where !calls.isEmpty, .null? where !calls.isEmpty: ""
            default: try text("content", of: object, in: place)
            }
        var members: [(name: String, value: JSONValue)] = [
            ("role", .string(role)), ("content", .string(content)),
        ]
        for name in isPlain ? [] : Self.further {
            if let value = object[name], value != .null { members.append((name, value)) }
        }
        if !calls.isEmpty { members.append(("tool_calls", .array(calls))) }
        return Message(
            members: members,
            role: role,
            content: content,
            isLearnt: try isLearnt(object, role: role, in: place),
            unread: unread(object, known: Self.known, role: role)
        )
    }
}

/// The roles of chat templates, and their other names.
enum MessageRole {
    static let all = ["system", "user", "assistant", "tool"]

    private static let others = [
        "developer": "system",
        "human": "user", "prompter": "user",
        "gpt": "assistant", "chatgpt": "assistant", "model": "assistant", "bot": "assistant",
        "ai": "assistant", "function_call": "assistant",
        "function": "tool", "observation": "tool", "function_response": "tool",
        "tool_response": "tool",
    ]

    /// The role with that name, ignoring case and spaces around it; nil if unknown.
    static func named(_ name: String) -> String? {
        func role(_ name: String) -> String? {
            all.first { $0.utf8.elementsEqual(name.utf8) } ?? others[name]
        }
        if let role = role(name) { return role }
        let words = name.lowercased().split(whereSeparator: \.isWhitespace)
        return words.count == 1 ? role(String(words[0])) : nil
    }
}
