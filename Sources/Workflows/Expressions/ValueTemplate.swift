public import JSON

/// A value in a flow's file that may contain expressions.
public indirect enum ValueTemplate: Sendable {
    /// A part of a text.
    public enum Piece: Sendable {
        /// Text as it is.
        case text(String)
        /// An expression, whose value becomes text.
        case expression(Expression)
    }

    /// A value without expressions.
    case literal(JSONValue)
    /// Exactly one expression, whose value keeps its type.
    case expression(Expression)
    /// Text with expressions in it.
    case text([Piece])
    /// A list.
    case list([ValueTemplate])
    /// Names with values.
    case object([(name: String, value: ValueTemplate)])
}

/// What expressions can refer to: parameters, the flow run, and the outputs of tasks that have ended.
public struct FlowScope: Sendable {
    /// The values by name; that of a task is an object of its outputs, that of a task with a matrix
    /// a list of such objects.
    public var values: [String: FlowValue]

    /// Creates a scope.
    public init(_ values: [String: FlowValue] = [:]) { self.values = values }
}
