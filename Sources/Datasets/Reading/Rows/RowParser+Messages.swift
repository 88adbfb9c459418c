import JSON
import Tokenizers

/// Rows as OpenAI's fine-tuning takes them.
extension RowParser {
    func messages(_ row: JSONObject) throws -> Dialogue {
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

/// Reads the messages of a row into those that chat templates know.
struct MessageReader {
    /// A message, and whether it is to be learnt.
    struct Message {
        var members: [(name: String, value: JSONValue)]
        var role: String
        var content: String
        var isLearnt: Bool

        var isByAssistant: Bool { role.utf8.elementsEqual("assistant".utf8) }
        /// Nothing but a role and what is said.
        var isPlain: Bool { members.count == 2 }
    }

    /// The roles that chat templates know.
    static let roles = ["system", "user", "assistant", "tool"]
    /// Names of roles in OpenAI's interface, and what templates call them.
    private static let renamed = ["developer": "system", "function": "tool"]
    /// What of a message a template may write.
    private static let further = [
        "name", "tool_call_id", "reasoning_content", "reasoning", "thinking",
    ]

    let parser: RowParser

    /// Puts messages together.
    func dialogue(
        _ messages: [Message],
        tools: [JSONValue] = [],
        unlearnt: [Int] = []
    ) throws -> Dialogue {
        let left = messages.indices.filter { messages[$0].isByAssistant && !messages[$0].isLearnt }
        let unlearnt = Set(unlearnt + left)
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
            return Dialogue(
                ChatConversation(messages: objects, tools: tools.isEmpty ? nil : tools),
                unlearnt: unlearnt
            )
        }
        return Dialogue(
            messages.map { ChatMessage(role: $0.role, content: $0.content) },
            unlearnt: unlearnt
        )
    }

    /// A message with `role` and `content`.
    func message(_ value: JSONValue, number: Int) throws -> Message {
        let place = "message \(number)"
        guard case .object(let object) = value else {
            throw parser.fault(.wrongShape, "\(place) is \(value.kind), not an object")
        }
        let own = try parser.string("role", of: object, in: place)
        let role = Self.renamed[own] ?? own
        guard Self.roles.contains(where: { $0.utf8.elementsEqual(role.utf8) }) else {
            throw parser.fault(
                .unknownRole,
                "\(place) has the unknown role \"\(own)\"",
                hint: "the roles are \(Self.roles.joined(separator: ", "))"
            )
        }
        let calls = try ToolCallReader(parser: parser, place: place).calls(of: object)
        let content =
            switch object["content"] {
            case nil where !calls.isEmpty, .null? where !calls.isEmpty: ""
            default: try parser.string("content", of: object, in: place)
            }
        var members: [(name: String, value: JSONValue)] = [
            ("role", .string(role)), ("content", .string(content)),
        ]
        for name in Self.further {
            if let value = object[name], value != .null { members.append((name, value)) }
        }
        if !calls.isEmpty { members.append(("tool_calls", .array(calls))) }
        return Message(
            members: members,
            role: role,
            content: content,
            isLearnt: try isLearnt(object, in: place)
        )
    }

    /// Whether a message's weight is 1; without a weight it is.
    func isLearnt(_ object: JSONObject, in place: String) throws -> Bool {
        switch object["weight"] {
        case nil, .null?, .integer(1)?, .number(1)?: return true
        case .integer(0)?, .number(0)?: return false
        default:
            throw parser.fault(
                .wrongShape,
                "\(place): a weight is 0 or 1",
                hint: "0 leaves an answer out of the loss, 1 learns it"
            )
        }
    }
}
