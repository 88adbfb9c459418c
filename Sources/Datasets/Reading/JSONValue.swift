/// A JSON value as it stands in a row.
indirect enum JSONValue {
    case null
    case boolean(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// What it is, in the words of an error.
    var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "true or false"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

/// The members of a JSON object, told apart by the bytes of their names.
///
/// A dictionary of `String` would take names that differ in Unicode normalization for the same.
struct JSONObject {
    private(set) var members: [[UInt8]: JSONValue] = [:]

    subscript(name: String) -> JSONValue? { members[Array(name.utf8)] }

    /// Adds a member; false when there is one of that name.
    mutating func insert(_ value: JSONValue, named name: [UInt8]) -> Bool {
        guard members[name] == nil else { return false }
        members[name] = value
        return true
    }
}
