import JSON

/// What is known of a value before anything runs.
indirect enum StaticType: Sendable, Equatable {
    case any
    case null
    case integer
    case number
    case text
    case boolean
    case list(StaticType)
    /// Names with values; an open one may have further names.
    case object([String: StaticType], isOpen: Bool)

    /// What a type of an input or an output says.
    init(_ type: ValueType) {
        self =
            switch type {
            case .integer: .integer
            case .number: .number
            case .text: .text
            case .boolean: .boolean
            case .list: .list(.any)
            case .object: .object([:], isOpen: true)
            case .any: .any
            }
    }

    /// The type of a value; that of a list is the one that all elements have.
    init(of value: JSONValue) {
        switch value {
        case .null: self = .null
        case .boolean: self = .boolean
        case .integer: self = .integer
        case .number: self = .number
        case .string: self = .text
        case .array(let elements): self = .list(StaticType.common(elements.map { .init(of: $0) }))
        case .object(let object):
            var members: [String: StaticType] = [:]
            for member in object.members { members[member.name.text] = .init(of: member.value) }
            self = .object(members, isOpen: false)
        }
    }

    /// The type that all of some types have.
    static func common(_ types: [StaticType]) -> StaticType {
        guard var result = types.first else { return .any }
        for type in types.dropFirst() where type != result {
            guard type.isNumber, result.isNumber else { return .any }
            result = .number
        }
        return result
    }

    var isNumber: Bool { self == .integer || self == .number }

    /// Whether a value may turn out to be a number.
    var maybeNumber: Bool { isNumber || self == .any }

    /// The type of inputs and outputs; nil for null.
    var valueType: ValueType? {
        switch self {
        case .any: .any
        case .null: nil
        case .integer: .integer
        case .number: .number
        case .text: .text
        case .boolean: .boolean
        case .list: .list
        case .object: .object
        }
    }

    /// Whether values of both types may be equal.
    func maybeEqual(_ other: StaticType) -> Bool {
        switch (self, other) {
        case (.any, _), (_, .any), (.null, _), (_, .null), (.list, .list), (.object, .object): true
        default: self == other || (isNumber && other.isNumber)
        }
    }

    /// What it is, for messages.
    var described: String {
        switch self {
        case .any: "a value"
        case .null: "null"
        case .integer: "a whole number"
        case .number: "a number"
        case .text: "a text"
        case .boolean: "true or false"
        case .list: "a list"
        case .object: "names with values"
        }
    }
}

extension ValueType {
    /// What it is, for messages.
    var described: String { StaticType(self).described }
}
