/// One message of a conversation.
public struct Message: Hashable, Sendable, Codable {
    /// Who speaks: `system`, `user`, `assistant` or what else the model's template knows.
    public var role: String
    /// What is said; it never acts as a special token.
    public var content: String

    /// Creates a message.
    public init(role: String, content: String) {
        self.role = role
        self.content = content
    }

    /// A message that sets the scene.
    public static func system(_ content: String) -> Message {
        Message(role: "system", content: content)
    }

    /// A message of the person.
    public static func user(_ content: String) -> Message {
        Message(role: "user", content: content)
    }

    /// A message of the model.
    public static func assistant(_ content: String) -> Message {
        Message(role: "assistant", content: content)
    }

    /// Whether the model says it.
    public var isByAssistant: Bool { role.utf8.elementsEqual("assistant".utf8) }
}
