import JSON

/// Reads the text of an expression.
///
/// From the weakest binding to the strongest: `or`, `and`, `not`, one comparison, `+ -`, `* / %`,
/// a sign, the steps `.name [0] ['key'] [*]`.
package struct ExpressionParser {
    /// The deepest nesting of brackets, signs and `not`.
    static let maxDepth = 50
    /// Words that cannot be the name of a parameter or a task.
    static let reserved: Set = ["and", "or", "not", "true", "false", "null"]

    private let tokens: [ExpressionLexer.Token]
    private var place = 0
    private var depth = 0

    /// Reads an expression.
    package static func parse(
        _ text: String,
        at position: SourcePosition? = nil
    ) throws(ExpressionFault) -> Expression {
        var parser = ExpressionParser(tokens: try ExpressionLexer.tokens(of: text))
        if parser.next.kind == .end {
            throw ExpressionFault(offset: 0, message: "There is no expression between the braces.")
        }
        let root = try parser.disjunction()
        guard parser.next.kind == .end else {
            throw parser.fault("The expression should end before \(parser.described).")
        }
        return Expression(text: text, position: position, root: root)
    }

    private var next: ExpressionLexer.Token { tokens[place] }

    /// Moves past a symbol or a word if it is next.
    private mutating func take(_ symbol: String) -> Bool {
        guard next.kind == .symbol(symbol) || next.kind == .name(symbol) else { return false }
        place += 1
        return true
    }

    private func fault(_ message: String) -> ExpressionFault {
        ExpressionFault(offset: next.offset, message: message)
    }

    private var described: String {
        switch next.kind {
        case .name(let name): "`\(name)`"
        case .number: "the number"
        case .text: "the text in quotes"
        case .symbol(let symbol): "`\(symbol)`"
        case .end: "the end"
        }
    }

    private mutating func disjunction() throws(ExpressionFault) -> Expression.Node {
        depth += 1
        guard depth <= Self.maxDepth else { throw fault("The expression is nested too deeply.") }
        defer { depth -= 1 }
        var left = try conjunction()
        while case let offset = next.offset, take("or") {
            left = .init(kind: .binary(left, .or, try conjunction()), offset: offset)
        }
        return left
    }

    private mutating func conjunction() throws(ExpressionFault) -> Expression.Node {
        var left = try negation()
        while case let offset = next.offset, take("and") {
            left = .init(kind: .binary(left, .and, try negation()), offset: offset)
        }
        return left
    }

    private mutating func negation() throws(ExpressionFault) -> Expression.Node {
        let offset = next.offset
        guard take("not") else { return try comparison() }
        depth += 1
        guard depth <= Self.maxDepth else { throw fault("The expression is nested too deeply.") }
        defer { depth -= 1 }
        return .init(kind: .unary(.not, try negation()), offset: offset)
    }

    private mutating func comparison() throws(ExpressionFault) -> Expression.Node {
        let left = try sum()
        guard let (operation, offset) = takeComparison() else { return left }
        let right = try sum()
        guard takeComparison() == nil else {
            place -= 1
            throw fault("Comparisons cannot follow one another; join two of them by `and`.")
        }
        return .init(kind: .binary(left, operation, right), offset: offset)
    }

    private mutating func takeComparison() -> (BinaryOperator, offset: Int)? {
        guard case .symbol(let symbol) = next.kind,
            let operation = BinaryOperator(rawValue: symbol),
            !operation.isArithmetic
        else { return nil }
        place += 1
        return (operation, tokens[place - 1].offset)
    }

    private mutating func sum() throws(ExpressionFault) -> Expression.Node {
        var left = try product()
        while case let offset = next.offset, let operation = takeOneOf([.add, .subtract]) {
            left = .init(kind: .binary(left, operation, try product()), offset: offset)
        }
        return left
    }

    private mutating func product() throws(ExpressionFault) -> Expression.Node {
        var left = try signed()
        while case let offset = next.offset,
            let operation = takeOneOf([.multiply, .divide, .remainder])
        {
            left = .init(kind: .binary(left, operation, try signed()), offset: offset)
        }
        return left
    }

    private mutating func takeOneOf(_ operations: [BinaryOperator]) -> BinaryOperator? {
        operations.first { take($0.rawValue) }
    }

    private mutating func signed() throws(ExpressionFault) -> Expression.Node {
        let offset = next.offset
        guard take("-") else { return try path() }
        depth += 1
        guard depth <= Self.maxDepth else { throw fault("The expression is nested too deeply.") }
        defer { depth -= 1 }
        return .init(kind: .unary(.negative, try signed()), offset: offset)
    }

    private mutating func path() throws(ExpressionFault) -> Expression.Node {
        let start = try primary()
        var steps: [Expression.Step] = []
        while true {
            let offset = next.offset
            if take(".") {
                guard case .name(let name) = next.kind else {
                    throw fault("A name is expected after the point.")
                }
                place += 1
                steps.append(.init(kind: .member(name), offset: offset))
            } else if take("[") {
                if take("*") {
                    steps.append(.init(kind: .each, offset: offset))
                } else {
                    steps.append(.init(kind: .element(try disjunction()), offset: offset))
                }
                guard take("]") else { throw fault("A closing ] is expected here.") }
            } else {
                return steps.isEmpty
                    ? start : .init(kind: .path(start, steps), offset: start.offset)
            }
        }
    }

    private mutating func primary() throws(ExpressionFault) -> Expression.Node {
        let token = next
        func literal(_ value: JSONValue) -> Expression.Node {
            .init(kind: .literal(value), offset: token.offset)
        }
        switch token.kind {
        case .number(let value):
            place += 1
            return literal(value)
        case .text(let text):
            place += 1
            return literal(.string(text))
        case .symbol("("):
            place += 1
            let inner = try disjunction()
            guard take(")") else { throw fault("A closing ) is expected here.") }
            return inner
        case .name("true"), .name("false"):
            place += 1
            return literal(.boolean(token.kind == .name("true")))
        case .name("null"):
            place += 1
            return literal(.null)
        case .name(let name) where !Self.reserved.contains(name):
            place += 1
            return next.kind == .symbol("(")
                ? try call(name, at: token.offset) : .init(kind: .name(name), offset: token.offset)
        default: throw fault("A value is expected instead of \(described).")
        }
    }

    private mutating func call(
        _ name: String,
        at offset: Int
    ) throws(ExpressionFault) -> Expression.Node {
        guard let function = ExpressionFunction(rawValue: name) else {
            let known = ExpressionFunction.allCases.map(\.rawValue).joined(separator: ", ")
            throw ExpressionFault(
                offset: offset,
                message: "There is no function \(name); these are: \(known)."
            )
        }
        _ = take("(")
        var arguments: [Expression.Node] = []
        while next.kind != .symbol(")") || !arguments.isEmpty {
            arguments.append(try disjunction())
            if !take(",") { break }
        }
        guard take(")") else { throw fault("A comma or a closing ) is expected here.") }
        guard function.argumentCounts.contains(arguments.count) else {
            throw ExpressionFault(offset: offset, message: function.countFault)
        }
        return .init(kind: .call(function, arguments), offset: offset)
    }
}

extension ExpressionFunction {
    /// The message about a wrong number of arguments.
    fileprivate var countFault: String {
        switch self {
        case .min, .max: "\(rawValue) takes a list, or up to 100 values."
        case .len: "len takes one list, object or text."
        case .best: "best takes a list and the name of a value in quotes, and perhaps 'max'."
        }
    }
}
