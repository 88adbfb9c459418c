extension TemplateTest {
    /// The test with a name, or for an operator as in `selectattr`.
    init?(named name: String) {
        switch name {
        case "==": self = .eq
        case "!=": self = .ne
        case "<": self = .lt
        case "<=": self = .le
        case ">": self = .gt
        case ">=": self = .ge
        default: self.init(rawValue: name)
        }
    }
}

extension TemplateInterpreter {
    /// Whether a value passes a test.
    func passes(
        _ test: TemplateTest?,
        name: String,
        _ value: TemplateValue,
        _ arguments: Arguments
    ) throws(TemplateError) -> Bool {
        guard let test else { throw failure("the test \"\(name)\" is not supported") }
        try check(arguments, TemplateSignature.ofTests[test.rawValue], of: name)
        func operand() throws(TemplateError) -> TemplateValue {
            guard let operand = arguments.positional.first ?? arguments.named.first?.value else {
                throw failure("the test \"\(name)\" needs a value to compare with")
            }
            return operand
        }
        switch (test, value) {
        case (.defined, .undefined): return false
        case (.defined, _): return true
        case (.undefined, .undefined): return true
        case (.none, .none): return true
        case (.boolean, .boolean): return true
        case (.true, .boolean(let value)): return value
        case (.false, .boolean(let value)): return !value
        case (.integer, .integer): return true
        case (.float, .real): return true
        // In Python booleans are numbers.
        case (.number, .integer), (.number, .real), (.number, .boolean): return true
        case (.string, .text): return true
        case (.mapping, .mapping): return true
        case (.sequence, .list(let list)): return list.view == nil
        case (.sequence, .text), (.sequence, .mapping): return true
        case (.sequence, .undefined): return true
        case (.iterable, .list), (.iterable, .text), (.iterable, .mapping): return true
        case (.iterable, .undefined): return true
        case (.iterable, .generator): return true
        case (.callable, .macro), (.callable, .function), (.callable, .method): return true
        case (.callable, .undefined), (.callable, .loop): return true
        case (.filter, .list(let list)) where !list.isTuple,
            (.test, .list(let list)) where !list.isTuple:
            throw failure("a list is not the name of a \(test.rawValue)")
        case (.filter, .mapping), (.test, .mapping):
            throw failure("a mapping is not the name of a \(test.rawValue)")
        case (.filter, .text(let text)):
            return TemplateFilter(rawValue: String(decoding: text.bytes, as: UTF8.self)) != nil
        case (.test, .text(let text)):
            return TemplateTest(named: String(decoding: text.bytes, as: UTF8.self)) != nil
        case (.upper, _): return try text(of: value).isUpper
        case (.lower, _): return try text(of: value).isLower
        case (.eq, _), (.equalto, _): return try areEqual(value, operand())
        case (.ne, _): return try !areEqual(value, operand())
        case (.lt, _), (.lessthan, _): return try holds(value, .less, operand())
        case (.le, _): return try holds(value, .lessOrEqual, operand())
        case (.gt, _), (.greaterthan, _): return try holds(value, .greater, operand())
        case (.ge, _): return try holds(value, .greaterOrEqual, operand())
        case (.in, _): return try contains(operand(), value)
        case (.sameas, _): return try isSame(value, operand())
        case (.even, _), (.odd, _), (.divisibleby, _):
            guard let number = value.integer else {
                throw failure("\(value.typeName) is not an integer")
            }
            if test == .even || test == .odd { return (number % 2 == 0) == (test == .even) }
            guard let divisor = try operand().integer, divisor != 0 else {
                throw failure("divisibleby needs an integer other than zero")
            }
            return number.remainderReportingOverflow(dividingBy: divisor).partialValue == 0
        default: return false
        }
    }

    /// Whether two values are identical: of the same type and equal.
    private func isSame(
        _ left: TemplateValue,
        _ right: TemplateValue
    ) throws(TemplateError) -> Bool {
        left.typeName == right.typeName ? try areEqual(left, right) : false
    }
}
