public import JSON

/// A conversation with all that published templates know of: messages of any fields, such as
/// calls of tools, the tools on offer, documents, and further variables.
public struct ChatConversation: Sendable, Equatable {
    /// The messages; each has at least a role.
    public var messages: [JSONObject]
    /// The tools on offer, as JSON schemas; nil where there are none to speak of.
    public var tools: [JSONValue]?
    /// Documents to answer from; nil where there are none to speak of.
    public var documents: [JSONValue]?
    /// What else the template may ask for, such as `enable_thinking`.
    public var variables: JSONObject

    /// Creates a conversation.
    public init(
        messages: [JSONObject],
        tools: [JSONValue]? = nil,
        documents: [JSONValue]? = nil,
        variables: JSONObject = JSONObject()
    ) {
        self.messages = messages
        self.tools = tools
        self.documents = documents
        self.variables = variables
    }

    /// Creates a conversation of plain messages.
    public init(_ messages: [ChatMessage]) {
        self.init(messages: messages.map(JSONObject.init))
    }

    /// Reads a conversation as it is exchanged: a list of messages, or an object with `messages`,
    /// `tools`, `documents` and variables beside them.
    ///
    /// - Throws: `TokenizerError` with the code `invalidConversation`, naming the message.
    public init(_ json: JSONValue) throws(TokenizerError) {
        switch json {
        case .array(let messages):
            self.init(messages: try Self.objects(messages))
        case .object(let object):
            guard case .array(let messages)? = object["messages"] else {
                throw .invalidConversation("The conversation has no list \"messages\".")
            }
            self.init(messages: try Self.objects(messages))
            for (name, value) in object.members {
                switch name {
                case "messages": break
                case "tools": tools = try Self.list(value, "tools")
                case "documents": documents = try Self.list(value, "documents")
                default: _ = variables.insert(value, named: name)
                }
            }
        default:
            throw .invalidConversation("The conversation is \(json.kind), not a list of messages.")
        }
    }

    /// Reads a conversation from JSON in UTF-8.
    ///
    /// - Throws: `TokenizerError` with the code `invalidConversation`, naming the byte or message.
    public init(json: [UInt8]) throws(TokenizerError) {
        try self.init(Self.parse(json, "conversation"))
    }

    /// Reads the tools on offer, a list in JSON, in place of those there are.
    ///
    /// - Throws: `TokenizerError` with the code `invalidConversation`.
    public mutating func offer(toolsJSON: [UInt8]) throws(TokenizerError) {
        tools = try Self.list(Self.parse(toolsJSON, "list of tools"), "tools")
    }

    private static func parse(
        _ json: [UInt8],
        _ what: String
    ) throws(TokenizerError) -> JSONValue {
        do throws(JSONParser.Failure) {
            return try JSONParser.parse(json)
        } catch {
            throw .invalidConversation(
                "The \(what) is not JSON, byte \(error.offset + 1): \(error.what)."
            )
        }
    }

    /// The role of the message at a place.
    public func role(ofMessage index: Int) -> String? {
        guard messages.indices.contains(index), case .string(let role)? = messages[index]["role"]
        else { return nil }
        return role
    }

    private static func objects(_ values: [JSONValue]) throws(TokenizerError) -> [JSONObject] {
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
    ) throws(TokenizerError) -> [JSONValue]? {
        switch value {
        case .null: nil
        case .array(let values): values
        default:
            throw .invalidConversation("\"\(name)\" is \(value.kind), not a list.")
        }
    }
}

extension JSONObject {
    init(_ message: ChatMessage) {
        self.init()
        _ = insert(.string(message.role), named: "role")
        _ = insert(.string(message.content), named: "content")
    }

    /// Whether the object is an assistant's message.
    var isOfAssistant: Bool {
        guard case .string(let role)? = self["role"] else { return false }
        return role.utf8.elementsEqual("assistant".utf8)
    }
}

extension TokenizerError {
    static func invalidConversation(_ message: String) -> TokenizerError {
        TokenizerError(
            .invalidConversation,
            message,
            hint: "Each message is an object such as {\"role\": \"user\", \"content\": \"Hi\"}."
        )
    }
}
