/// One message of a conversation.
public struct Message: Hashable, Sendable, Codable {
    /// The role: `system`, `user`, `assistant` or another that the model's template knows.
    public var role: String
    /// The text; it never acts as a special token.
    public var content: String

    /// Creates a message.
    public init(role: String, content: String) {
        self.role = role
        self.content = content
    }

    /// A system message.
    public static func system(_ content: String) -> Message {
        Message(role: "system", content: content)
    }

    /// A message of the user.
    public static func user(_ content: String) -> Message {
        Message(role: "user", content: content)
    }

    /// A message of the model.
    public static func assistant(_ content: String) -> Message {
        Message(role: "assistant", content: content)
    }

    /// Whether it is the model's.
    public var isByAssistant: Bool { role.utf8.elementsEqual("assistant".utf8) }
}
