public import JSON

/// A value, and what it counts as in the key of a task.
///
/// Both have the same shape. They differ where a value names something: the path of an adapter
/// counts as the digest of the adapter's content, the id of a run not at all (null).
public struct FlowValue: Sendable, Equatable {
    /// The value itself.
    public var value: JSONValue
    /// What identifies its content.
    public var content: JSONValue

    /// Creates a value.
    ///
    /// - Parameter content: What identifies its content; by default the value itself.
    public init(_ value: JSONValue, content: JSONValue? = nil) {
        self.value = value
        self.content = content ?? value
    }

    /// An object of named values.
    public init(_ members: [(name: String, value: FlowValue)]) {
        var value = JSONObject()
        var content = JSONObject()
        for member in members {
            _ = value.insert(member.value.value, named: JSONName(member.name))
            _ = content.insert(member.value.content, named: JSONName(member.name))
        }
        self.init(.object(value), content: .object(content))
    }
}
