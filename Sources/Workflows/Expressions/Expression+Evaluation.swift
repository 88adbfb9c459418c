import JSON
import Platform

extension Expression {
    /// The value in a scope.
    ///
    /// - Throws: ``FlowError`` with the code `invalid`, which quotes the expression.
    package func value(in scope: FlowScope) throws(FlowError) -> FlowValue {
        do throws(ExpressionOperators.Fault) {
            return try value(of: root, in: scope)
        } catch {
            throw FlowError(.invalid, "${\(text)}: \(error.message)")
        }
    }

    private typealias Fault = ExpressionOperators.Fault

    private func value(of node: Node, in scope: FlowScope) throws(Fault) -> FlowValue {
        switch node.kind {
        case .literal(let value): return FlowValue(value)
        case .name(let name):
            guard let value = scope.values[name] else {
                throw Fault(message: "\(name) has no value yet.")
            }
            return value
        case .path(let start, let steps):
            let first = try value(of: start, in: scope)
            return try follow(steps[...], from: first, Self.described(start), scope)
        case .unary(.negative, let operand):
            return FlowValue(
                try ExpressionOperators.negative(try value(of: operand, in: scope).value)
            )
        case .unary(.not, let operand):
            return FlowValue(.boolean(!(try condition(operand, UnaryOperator.not, scope))))
        case .binary(let left, let operation, let right):
            return FlowValue(try result(left, operation, right, scope))
        case .call(let function, let arguments):
            var values: [FlowValue] = []
            for argument in arguments { values.append(try value(of: argument, in: scope)) }
            return try function.value(of: values)
        }
    }

    private func result(
        _ left: Node,
        _ operation: BinaryOperator,
        _ right: Node,
        _ scope: FlowScope
    ) throws(Fault) -> JSONValue {
        switch operation {
        case .and:
            guard try condition(left, operation, scope) else { return false }
            return .boolean(try condition(right, operation, scope))
        case .or:
            if try condition(left, operation, scope) { return true }
            return .boolean(try condition(right, operation, scope))
        default: break
        }
        let first = try value(of: left, in: scope).value
        let second = try value(of: right, in: scope).value
        if operation.isArithmetic {
            return try ExpressionOperators.arithmetic(first, operation, second)
        }
        if operation.isOrdering {
            return .boolean(try ExpressionOperators.isOrdered(first, operation, second))
        }
        let areEqual = try ExpressionOperators.areEqual(first, second)
        return .boolean(areEqual == (operation == .equal))
    }

    private func condition(
        _ node: Node,
        _ operation: some RawRepresentable<String>,
        _ scope: FlowScope
    ) throws(Fault) -> Bool {
        let value = try value(of: node, in: scope).value
        guard case .boolean(let flag) = value else {
            throw Fault(message: "\(operation.rawValue) needs true or false, not \(value.kind).")
        }
        return flag
    }

    private func follow(
        _ steps: ArraySlice<Step>,
        from value: FlowValue,
        _ name: String,
        _ scope: FlowScope
    ) throws(Fault) -> FlowValue {
        guard let step = steps.first else { return value }
        let rest = steps.dropFirst()
        switch step.kind {
        case .member(let member):
            let part = try value.member(member, of: name)
            return try follow(rest, from: part, "\(name).\(member)", scope)
        case .element(let index):
            let key = try self.value(of: index, in: scope).value
            let part = try value.element(key, of: name)
            return try follow(rest, from: part, "\(name)[\(key.compactText)]", scope)
        case .each:
            var parts: [FlowValue] = []
            for (place, element) in try value.elements(of: name).enumerated() {
                parts.append(try follow(rest, from: element, "\(name)[\(place)]", scope))
            }
            return FlowValue(list: parts)
        }
    }

    private static func described(_ node: Node) -> String {
        if case .name(let name) = node.kind { return name }
        return "the value"
    }
}
