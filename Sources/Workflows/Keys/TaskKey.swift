package import JSON
import Platform

/// What identifies the work of a task: the same key means the same result.
///
/// Kind, version of the kind and the content of all inputs count; the names of flow and task, ids of
/// runs and the order of inputs do not.
public struct TaskKey: Sendable, Hashable {
    /// 64 hexadecimal digits.
    public let text: String

    /// Creates a key from its stored form.
    package init(stored text: String) { self.text = text }

    /// The key of a kind with the content of its inputs.
    package init(kind: String, version: Int, contents: JSONObject) {
        text = sha256(
            of: Self.canonical(
                .object(
                    JSONObject([
                        ("contents", .object(contents)), ("kind", .string(kind)),
                        ("version", .integer(version)),
                    ])
                )
            )
        )
    }

    /// The key of work that is done again in every flow run and by every task: its result is used by
    /// retries and forks alone.
    package func scoped(to task: String, lineage: String) -> TaskKey {
        TaskKey(stored: sha256(of: "\(text) \(lineage) \(task)"))
    }

    /// A text that is equal for equal values: names are sorted by their bytes, and whole numbers are
    /// written alike whether they are integers or not.
    static func canonical(_ value: JSONValue) -> String {
        var text = ""
        append(value, to: &text)
        return text
    }

    private static func append(_ value: JSONValue, to text: inout String) {
        switch value {
        case .number(let number):
            if let integer = Int(exactly: number) {
                text += String(integer)
            } else {
                text += "\(number)"
            }
        case .array(let values):
            text += "["
            for value in values {
                append(value, to: &text)
                text += ","
            }
            text += "]"
        case .object(let object):
            text += "{"
            let members = object.members.sorted {
                $0.name.text.utf8.lexicographicallyPrecedes($1.name.text.utf8)
            }
            for member in members {
                append(.string(member.name.text), to: &text)
                text += ":"
                append(member.value, to: &text)
                text += ","
            }
            text += "}"
        case .null, .boolean, .integer, .string:
            text += String(decoding: value.bytes, as: UTF8.self)
        }
    }
}

extension JSONObject {
    /// An object with these members; of two with one name the first is kept.
    package init(_ members: [(String, JSONValue)]) {
        self.init()
        for (name, value) in members { _ = insert(value, named: JSONName(name)) }
    }

    /// The same members with one more, or with another value for one.
    package func setting(_ name: String, _ value: JSONValue) -> JSONObject {
        var object = JSONObject()
        var isSet = false
        for member in members {
            let isNamed = member.name.text == name
            isSet = isSet || isNamed
            _ = object.insert(isNamed ? value : member.value, named: member.name)
        }
        if !isSet { _ = object.insert(value, named: JSONName(name)) }
        return object
    }
}
