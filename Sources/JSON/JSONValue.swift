/// A JSON value.
public enum JSONValue: Sendable, Equatable {
    /// `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A number without fraction or exponent that fits 64 bits.
    case integer(Int)
    /// Any other number.
    case number(Double)
    /// A text.
    case string(String)
    /// A list.
    case array([JSONValue])
    /// Members with names and values.
    case object(JSONObject)

    /// Its kind, for error messages.
    public var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "true or false"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

/// The name of a member, compared by bytes: `String` would treat names that differ in Unicode
/// normalization as equal.
public struct JSONName: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The name.
    public let text: String

    /// Creates a name from a text.
    public init(_ text: String) { self.text = text }
    /// Creates a name from a literal.
    public init(stringLiteral text: String) { self.text = text }

    /// Whether both have the same UTF-8 bytes.
    public static func == (left: JSONName, right: JSONName) -> Bool {
        guard left.text.utf8.count == right.text.utf8.count else { return false }
        let areEqual = left.text.utf8.withContiguousStorageIfAvailable { left in
            right.text.utf8.withContiguousStorageIfAvailable { right in
                UnsafeRawBufferPointer(left).elementsEqual(UnsafeRawBufferPointer(right))
            }
        }
        return (areEqual ?? nil) ?? left.text.utf8.elementsEqual(right.text.utf8)
    }

    /// Feeds the UTF-8 bytes to the hasher.
    public func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

/// The members of a JSON object, in their order in the text.
public struct JSONObject: Sendable, Equatable {
    /// The members.
    public private(set) var members: [(name: JSONName, value: JSONValue)] = []
    /// The index of each name, if there are too many for linear search.
    private var places: [JSONName: Int] = [:]
    private static let linearSearchLimit = 12
    private static let usualCount = 4

    /// An object without members.
    public init() {}

    /// The members of a literal, whose names must be unique.
    init(literal: [(String, JSONValue?)]) {
        members.reserveCapacity(literal.count)
        for (name, value) in literal {
            if let value { members.append((JSONName(name), value)) }
        }
        if members.count > Self.linearSearchLimit { findPlaces() }
        assert(Set(members.map(\.name)).count == members.count, "a name occurs twice")
    }

    private mutating func findPlaces() {
        for (place, member) in members.enumerated() { places[member.name] = place }
    }

    /// The member with that name.
    public subscript(name: JSONName) -> JSONValue? { place(of: name).map { members[$0].value } }
    /// The member with that name.
    public subscript(name: String) -> JSONValue? { self[JSONName(name)] }

    /// Adds a member; false if there is one with that name.
    public mutating func insert(_ value: JSONValue, named name: JSONName) -> Bool {
        guard place(of: name) == nil else { return false }
        if members.isEmpty { members.reserveCapacity(Self.usualCount) }
        members.append((name, value))
        if members.count > Self.linearSearchLimit {
            if places.isEmpty {
                findPlaces()
            } else {
                places[name] = members.count - 1
            }
        }
        return true
    }

    /// Whether both have the same members, in any order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.count == right.members.count
            && left.members.allSatisfy { right[$0.name] == $0.value }
    }

    private func place(of name: JSONName) -> Int? {
        places.isEmpty ? members.firstIndex { $0.name == name } : places[name]
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByDictionaryLiteral
{
    /// A text.
    public init(stringLiteral text: String) { self = .string(text) }
    /// A list.
    public init(arrayLiteral values: JSONValue...) { self = .array(values) }
    /// `true` or `false`.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    /// A number.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// An object; a member whose value is nil is left out.
    public init(dictionaryLiteral members: (String, JSONValue?)...) {
        self = .object(JSONObject(literal: members))
    }
}
