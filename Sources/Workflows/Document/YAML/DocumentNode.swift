import JSON

/// A part of a YAML document, with its place.
struct DocumentNode {
    /// What it is.
    enum Content {
        /// A single value, and its text as it is written.
        case scalar(JSONValue, text: String)
        case list([DocumentNode])
        /// Names with values; no name occurs twice.
        case mapping([Entry])
    }

    /// A name with a value.
    struct Entry {
        var name: String
        /// The place of the name.
        var position: SourcePosition
        var value: DocumentNode
    }

    var content: Content
    var position: SourcePosition
    /// The type after `!required`: that of a parameter whose value must be given.
    var requiredType: ValueType?
    /// The places of `${` in a text, for as long as there are any.
    var placeholders: [SourcePosition] = []

    /// The value without expressions; nil for lists and mappings.
    var scalar: JSONValue? {
        if case .scalar(let value, _) = content { return value }
        return nil
    }

    /// The text of a single value as it is written; nil for others and for null.
    var text: String? {
        switch content {
        case .scalar(.null, _): nil
        case .scalar(_, let text): text
        default: nil
        }
    }

    var list: [DocumentNode]? {
        if case .list(let elements) = content { return elements }
        return nil
    }

    var mapping: [Entry]? {
        if case .mapping(let entries) = content { return entries }
        return nil
    }

    /// The value, whose texts are taken as they are.
    var value: JSONValue {
        switch content {
        case .scalar(let value, _): return value
        case .list(let elements): return .array(elements.map(\.value))
        case .mapping(let entries):
            var object = JSONObject()
            for entry in entries {
                _ = object.insert(entry.value.value, named: JSONName(entry.name))
            }
            return .object(object)
        }
    }

    /// What it is, for messages.
    var kind: String {
        switch content {
        case .scalar(.null, _): "nothing"
        case .scalar(.string, _): "a text"
        case .scalar(let value, _): value.kind
        case .list: "a list"
        case .mapping: "names with values"
        }
    }
}
