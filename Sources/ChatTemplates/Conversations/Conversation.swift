public import JSON
public import Platform

/// A conversation with everything that published templates use: messages with any fields, such as
/// tool calls, the offered tools, documents, and further variables; and which of its answers are
/// learnt.
///
/// This is the only conversation type of the program, for rendering, training and chat.
public struct Conversation: Sendable, Equatable {
    /// The parts of a conversation besides roles and contents.
    private struct Details: Sendable, Equatable {
        var objects: [JSONObject]
        var tools: [JSONValue]?
        var documents: [JSONValue]?
        var variables = JSONObject()
    }

    /// The messages without tool calls; a message that only calls a tool has no content.
    public let messages: [Message]
    /// The indices of the assistant's messages that are read but not learnt.
    public let unlearnt: Set<Int>
    /// The whole conversation, if it is more than roles and contents.
    private var details: Details?

    /// Creates a conversation of plain messages.
    public init(_ messages: [Message], unlearnt: Set<Int> = []) {
        self.messages = messages
        self.unlearnt = unlearnt
    }

    /// Creates a conversation of messages with any fields; each has at least a role.
    public init(
        objects: [JSONObject],
        tools: [JSONValue]? = nil,
        documents: [JSONValue]? = nil,
        variables: JSONObject = JSONObject(),
        unlearnt: Set<Int> = []
    ) {
        messages = objects.map { object in
            func text(_ name: String) -> String {
                guard case .string(let text)? = object[name] else { return "" }
                return text
            }
            return Message(role: text("role"), content: text("content"))
        }
        self.unlearnt = unlearnt
        details = Details(
            objects: objects,
            tools: tools,
            documents: documents,
            variables: variables
        )
    }

    /// The messages with all their fields.
    public var objects: [JSONObject] { details?.objects ?? messages.map(JSONObject.init) }
    /// The offered tools, as JSON schemas; nil if there are none.
    public var tools: [JSONValue]? { details?.tools }
    /// Documents to answer from; nil if there are none.
    public var documents: [JSONValue]? { details?.documents }
    /// Other variables of the template, such as `enable_thinking`.
    public var variables: JSONObject { details?.variables ?? JSONObject() }

    /// Whether it consists only of roles and contents, all of it learnt.
    public var isPlain: Bool { details == nil && unlearnt.isEmpty }

    /// Whether any answer of the assistant is learnt.
    public var hasLearntAnswer: Bool {
        messages.indices.contains { messages[$0].isByAssistant && !unlearnt.contains($0) }
    }

    /// The same conversation with other messages.
    public func with(objects: [JSONObject]) -> Conversation {
        Conversation(
            objects: objects,
            tools: tools,
            documents: documents,
            variables: variables,
            unlearnt: unlearnt
        )
    }

    /// The conversation up to a message.
    func prefix(_ count: Int) -> Conversation {
        details == nil
            ? Conversation(Array(messages.prefix(count)), unlearnt: unlearnt)
            : with(objects: Array(objects.prefix(count)))
    }

    /// Parses a conversation from its exchange format: a list of messages, or an object with
    /// `messages`, `tools`, `documents` and variables.
    ///
    /// - Throws: `TemplateError` with the code `invalidConversation`, naming the message.
    public init(_ json: JSONValue) throws(TemplateError) {
        switch json {
        case .array(let messages):
            self.init(objects: try Self.objects(messages))
        case .object(let object):
            guard case .array(let messages)? = object["messages"] else {
                throw .invalidConversation("The conversation has no list \"messages\".")
            }
            var details = Details(objects: try Self.objects(messages))
            for (name, value) in object.members {
                switch name {
                case "messages": break
                case "tools": details.tools = try Self.list(value, "tools")
                case "documents": details.documents = try Self.list(value, "documents")
                default: _ = details.variables.insert(value, named: name)
                }
            }
            self.init(
                objects: details.objects,
                tools: details.tools,
                documents: details.documents,
                variables: details.variables
            )
        default:
            throw .invalidConversation("The conversation is \(json.kind), not a list of messages.")
        }
    }

    /// Parses a conversation from JSON in UTF-8.
    ///
    /// - Throws: `TemplateError` with the code `invalidConversation`, naming the byte or message.
    public init(json: [UInt8]) throws(TemplateError) {
        try self.init(Self.parse(json, "conversation"))
    }

    /// Replaces the offered tools by a list in JSON.
    ///
    /// - Throws: `TemplateError` with the code `invalidConversation`.
    public mutating func offer(toolsJSON: [UInt8]) throws(TemplateError) {
        let tools = try Self.list(Self.parse(toolsJSON, "list of tools"), "tools")
        details = Details(
            objects: objects,
            tools: tools,
            documents: documents,
            variables: variables
        )
    }

    private static func parse(
        _ json: [UInt8],
        _ what: String
    ) throws(TemplateError) -> JSONValue {
        do throws(JSONParser.Failure) {
            return try JSONParser.parse(json)
        } catch {
            throw .invalidConversation(
                "The \(what) is not JSON, byte \(error.offset + 1): \(error.what)."
            )
        }
    }

    /// The role of the message at an index.
    public func role(ofMessage index: Int) -> String? {
        messages.indices.contains(index) ? messages[index].role : nil
    }

    private static func objects(_ values: [JSONValue]) throws(TemplateError) -> [JSONObject] {
        var objects: [JSONObject] = []
        for (index, value) in values.enumerated() {
            guard case .object(let object) = value else {
                throw .invalidConversation("Message \(index + 1) is \(value.kind), not an object.")
            }
            guard case .string? = object["role"] else {
                throw .invalidConversation("Message \(index + 1) has no role.")
            }
            objects.append(object)
        }
        return objects
    }

    private static func list(
        _ value: JSONValue,
        _ name: String
    ) throws(TemplateError) -> [JSONValue]? {
        switch value {
        case .null: nil
        case .array(let values): values
        default:
            throw .invalidConversation("\"\(name)\" is \(value.kind), not a list.")
        }
    }
}

extension JSONObject {
    fileprivate init(_ message: Message) {
        self.init()
        _ = insert(.string(message.role), named: "role")
        _ = insert(.string(message.content), named: "content")
    }
}

extension TemplateError {
    static func invalidConversation(_ message: String) -> TemplateError {
        TemplateError(
            .invalidConversation,
            message,
            hint: "Each message is an object such as {\"role\": \"user\", \"content\": \"Hi\"}."
        )
    }
}
