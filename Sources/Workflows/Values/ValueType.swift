public import JSON

/// The type of a parameter, an input or an output.
public enum ValueType: String, Sendable, Hashable, Codable {
    /// A whole number; it is also accepted where a `number` is expected.
    case integer
    /// A number.
    case number
    /// A text.
    case text
    /// `true` or `false`.
    case boolean
    /// A list of values.
    case list
    /// Names with values.
    case object
    /// A value whose type is known only when it is there.
    case any

    /// The type of a value; nil for null.
    public init?(_ value: JSONValue) {
        switch value {
        case .null: return nil
        case .boolean: self = .boolean
        case .integer: self = .integer
        case .number: self = .number
        case .string: self = .text
        case .array: self = .list
        case .object: self = .object
        }
    }

    /// Whether a value of another type can be used where this one is expected.
    public func accepts(_ other: ValueType) -> Bool {
        self == other || self == .any || other == .any || (self == .number && other == .integer)
    }
}
