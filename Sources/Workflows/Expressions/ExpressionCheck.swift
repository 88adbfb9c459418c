import JSON

/// The check of one expression against the types of what it refers to.
struct ExpressionCheck {
    var types: ExpressionTypes
    var expression: Expression
    var faults: DocumentFaults
    var fallback: SourcePosition

    func fault(_ offset: Int, _ message: String) {
        faults.add(expression.position(at: offset) ?? fallback, message)
    }

    /// The type of a part.
    ///
    /// A list of a matrix's instances is allowed only where one is chosen.
    func type(_ node: Expression.Node, isChosenFrom: Bool = false) -> StaticType {
        switch node.kind {
        case .literal(let value): return StaticType(of: value)
        case .name(let name): return self.name(name, node.offset, isChosenFrom)
        case .path(let start, let steps):
            let isChosen =
                switch steps.first?.kind {
                case .each, .element: true
                default: false
                }
            return follow(steps[...], from: type(start, isChosenFrom: isChosen), described(start))
        case .unary(.negative, let operand):
            let type = type(operand)
            if !type.maybeNumber { fault(node.offset, "- needs a number, not \(type.described).") }
            return type.isNumber ? type : .any
        case .unary(.not, let operand):
            condition(operand, "not")
            return .boolean
        case .binary(let left, let operation, let right):
            return binary(left, operation, right, node.offset)
        case .call(let function, let arguments): return call(function, arguments, node.offset)
        }
    }

    private func described(_ node: Expression.Node) -> String {
        if case .name(let name) = node.kind { return name }
        return "the value"
    }

    private func name(_ name: String, _ offset: Int, _ isChosenFrom: Bool) -> StaticType {
        if let type = types.local[name] { return type }
        if name == types.task {
            fault(offset, "\(name) cannot refer to itself.")
            return .any
        }
        guard let known = types.shared[name] else {
            let hint = DocumentFaults.suggestion(name, Array(types.shared.keys).sorted())
            fault(offset, "There is no parameter or task \(DocumentFaults.quoted(name)).\(hint)")
            return .any
        }
        if known.isOutput, let reason = types.outputsAreRefused {
            fault(offset, reason)
            return .any
        }
        if known.hasMatrix, !isChosenFrom {
            fault(
                offset,
                "\(name) has a matrix: take all by \(name)[*], one by \(name)[0], or the best by"
                    + " best(\(name), 'loss')."
            )
            return .any
        }
        return known.type
    }

    private func follow(
        _ steps: ArraySlice<Expression.Step>,
        from type: StaticType,
        _ name: String
    ) -> StaticType {
        guard let step = steps.first else { return type }
        let rest = steps.dropFirst()
        switch step.kind {
        case .member(let member):
            return follow(
                rest,
                from: part(member, of: type, step.offset, name),
                "\(name).\(member)"
            )
        case .element(let index):
            if case .literal(.string(let key)) = index.kind {
                return follow(
                    rest,
                    from: part(key, of: type, step.offset, name),
                    "\(name)['\(key)']"
                )
            }
            let indexType = self.type(index)
            if indexType.maybeEqual(.text), case .object = type { return .any }
            guard indexType == .any || indexType == .integer || indexType == .text else {
                fault(step.offset, "Between [ and ] belongs a whole number or a text in quotes.")
                return .any
            }
            return follow(rest, from: element(of: type, step.offset, name), "an element of \(name)")
        case .each:
            let element = element(of: type, step.offset, name)
            return .list(follow(rest, from: element, "an element of \(name)"))
        }
    }

    func part(
        _ member: String,
        of type: StaticType,
        _ offset: Int,
        _ name: String
    ) -> StaticType {
        switch type {
        case .any: return .any
        case .object(let members, let isOpen):
            if let type = members[member] { return type }
            if !isOpen {
                let hint = DocumentFaults.suggestion(member, members.keys.sorted())
                fault(offset, "\(name) has no \(DocumentFaults.quoted(member)).\(hint)")
            }
            return .any
        default:
            fault(
                offset,
                "\(name) is \(type.described), so it has no \(DocumentFaults.quoted(member))."
            )
            return .any
        }
    }

    private func element(of type: StaticType, _ offset: Int, _ name: String) -> StaticType {
        switch type {
        case .any: return .any
        case .list(let element): return element
        case .object(_, isOpen: true): return .any
        default:
            fault(offset, "\(name) is \(type.described), not a list.")
            return .any
        }
    }

    private func condition(_ node: Expression.Node, _ operation: String) {
        let type = type(node)
        if type != .boolean, type != .any {
            fault(node.offset, "\(operation) needs true or false, not \(type.described).")
        }
    }

    private func binary(
        _ left: Expression.Node,
        _ operation: BinaryOperator,
        _ right: Expression.Node,
        _ offset: Int
    ) -> StaticType {
        if operation == .and || operation == .or {
            condition(left, operation.rawValue)
            condition(right, operation.rawValue)
            return .boolean
        }
        let first = type(left)
        let second = type(right)
        if operation.isArithmetic {
            for type in [first, second] where !type.maybeNumber {
                fault(offset, "\(operation.rawValue) needs numbers, not \(type.described).")
            }
            if operation == .divide { return .number }
            if first == .integer, second == .integer { return .integer }
            return first.isNumber && second.isNumber ? .number : .any
        }
        let isComparable =
            operation.isOrdering
            ? (first.maybeNumber && second.maybeNumber)
                || (first.maybeEqual(.text) && second.maybeEqual(.text)
                    && first != .null && second != .null)
            : first.maybeEqual(second)
        if !isComparable {
            fault(
                offset,
                "\(operation.rawValue) cannot compare \(first.described) with \(second.described)."
            )
        }
        return .boolean
    }
}
