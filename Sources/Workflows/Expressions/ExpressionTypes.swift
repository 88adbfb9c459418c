/// What expressions at a place can refer to, with types.
struct ExpressionTypes {
    /// A parameter, a task or another name.
    struct Name {
        var type: StaticType
        /// Whether it is known only while the flow runs.
        var isOutput = false
        /// Whether it is a task with a matrix, which is a list.
        var hasMatrix = false
    }

    /// The names that all tasks can use.
    var shared: [String: Name]
    /// The names of one task: its matrix.
    var local: [String: StaticType] = [:]
    /// The task that the expressions belong to, which cannot refer to itself.
    var task: String?
    /// Why outputs cannot be used at this place; nil if they can.
    var outputsAreRefused: String?

    /// The type of an expression's value; faults are added.
    ///
    /// - Parameter fallback: The place of faults, if the expression has none.
    func type(
        of expression: Expression,
        at fallback: SourcePosition,
        _ faults: DocumentFaults
    ) -> StaticType {
        ExpressionCheck(types: self, expression: expression, faults: faults, fallback: fallback)
            .type(expression.root)
    }

    /// The type of a value with expressions; faults are added.
    func type(
        of template: ValueTemplate,
        at position: SourcePosition,
        _ faults: DocumentFaults
    ) -> StaticType {
        switch template {
        case .literal(let value): return StaticType(of: value)
        case .expression(let expression): return type(of: expression, at: position, faults)
        case .text:
            template.visitExpressions { _ = type(of: $0, at: position, faults) }
            return .text
        case .list(let elements):
            return .list(StaticType.common(elements.map { type(of: $0, at: position, faults) }))
        case .object(let members):
            var types: [String: StaticType] = [:]
            for member in members {
                types[member.name] = type(of: member.value, at: position, faults)
            }
            return .object(types, isOpen: false)
        }
    }
}
