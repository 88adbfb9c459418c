extension TemplateParser {
    /// The maximum number of operators in a chain, more than in any published template.
    private static let maxChainLength = 200

    /// Parses an expression, or several separated by commas, which make a tuple.
    mutating func parseTuple(
        allowsConditional: Bool = true
    ) throws(TemplateError) -> TemplateExpression {
        let line = self.line
        let first = try allowsConditional ? parseExpression() : parseOr()
        guard isAt(",") else { return first }
        var elements = [first]
        while skip(",") {
            if token.kind == .blockEnd || token.kind == .outputEnd || isAt(")") { break }
            elements.append(try allowsConditional ? parseExpression() : parseOr())
        }
        return TemplateExpression(kind: .tuple(elements), line: line)
    }

    /// Parses an expression, including `a if b else c`.
    mutating func parseExpression() throws(TemplateError) -> TemplateExpression {
        try nested { (parser) throws(TemplateError) in
            let line = parser.line
            var value = try parser.parseOr()
            var length = 0
            while parser.skip(keyword: "if") {
                try parser.count(&length)
                let condition = try parser.parseOr()
                let otherwise = parser.skip(keyword: "else") ? try parser.parseExpression() : nil
                value = TemplateExpression(
                    kind: .conditional(value, condition: condition, otherwise: otherwise),
                    line: line
                )
            }
            return value
        }
    }

    private func count(_ length: inout Int) throws(TemplateError) {
        length += 1
        if length > Self.maxChainLength {
            throw .syntax(line, "more than \(Self.maxChainLength) operators in a chain")
        }
    }

    private mutating func parseOr() throws(TemplateError) -> TemplateExpression {
        var left = try parseAnd()
        var length = 0
        while isAt(keyword: "or") {
            let line = self.line
            try count(&length)
            advance()
            left = TemplateExpression(kind: .or(left, try parseAnd()), line: line)
        }
        return left
    }

    private mutating func parseAnd() throws(TemplateError) -> TemplateExpression {
        var left = try parseNot()
        var length = 0
        while isAt(keyword: "and") {
            let line = self.line
            try count(&length)
            advance()
            left = TemplateExpression(kind: .and(left, try parseNot()), line: line)
        }
        return left
    }

    private mutating func parseNot() throws(TemplateError) -> TemplateExpression {
        let line = self.line
        guard skip(keyword: "not") else { return try parseComparison() }
        let operand = try nested { (parser) throws(TemplateError) in try parser.parseNot() }
        return TemplateExpression(kind: .not(operand), line: line)
    }

    private mutating func parseComparison() throws(TemplateError) -> TemplateExpression {
        let line = self.line
        let first = try parseBinary(Self.additive)
        var rest: [(TemplateExpression.Comparison, TemplateExpression)] = []
        while let comparison = skipComparison() {
            rest.append((comparison, try parseBinary(Self.additive)))
        }
        return rest.isEmpty
            ? first : TemplateExpression(kind: .comparison(first, rest), line: line)
    }

    private mutating func skipComparison() -> TemplateExpression.Comparison? {
        let comparison: TemplateExpression.Comparison
        switch token.kind {
        case .symbol("=="): comparison = .equal
        case .symbol("!="): comparison = .unequal
        case .symbol("<"): comparison = .less
        case .symbol("<="): comparison = .lessOrEqual
        case .symbol(">"): comparison = .greater
        case .symbol(">="): comparison = .greaterOrEqual
        case .name("in"): comparison = .isIn
        case .name("not") where following.kind == .name("in"):
            advance()
            comparison = .isNotIn
        default: return nil
        }
        advance()
        return comparison
    }

    // MARK: - Arithmetic, by growing precedence

    private static let additive = 0
    private static let precedences: [[String: TemplateExpression.Operator]] = [
        ["+": .add, "-": .subtract],
        ["~": .concatenate],
        ["*": .multiply, "/": .divide, "//": .floorDivide, "%": .remainder],
        ["**": .power],
    ]

    private mutating func parseBinary(
        _ precedence: Int
    ) throws(TemplateError) -> TemplateExpression {
        guard precedence < Self.precedences.count else { return try parseUnary() }
        var left = try parseBinary(precedence + 1)
        var length = 0
        while case .symbol(let symbol) = token.kind,
            let operation = Self.precedences[precedence][symbol]
        {
            let line = self.line
            try count(&length)
            advance()
            let right = try parseBinary(precedence + 1)
            left = TemplateExpression(kind: .arithmetic(left, operation, right), line: line)
        }
        return left
    }

    private mutating func parseUnary(
        allowsFilters: Bool = true
    ) throws(TemplateError) -> TemplateExpression {
        let line = self.line
        var value: TemplateExpression
        if skip("-") {
            let operand = try nested { (parser) throws(TemplateError) in
                try parser.parseUnary(allowsFilters: false)
            }
            value = TemplateExpression(kind: .negated(operand), line: line)
        } else if skip("+") {
            value = try nested { (parser) throws(TemplateError) in
                try parser.parseUnary(allowsFilters: false)
            }
        } else {
            value = try parsePrimary()
        }
        return try parsePostfix(value, allowsFilters: allowsFilters)
    }

    // MARK: - Postfixes

    private mutating func parsePostfix(
        _ operand: TemplateExpression,
        allowsFilters: Bool
    ) throws(TemplateError) -> TemplateExpression {
        var value = operand
        var length = 0
        while true {
            let line = self.line
            try count(&length)
            let kind: TemplateExpression.Kind
            if isAt(".") {
                advance()
                if case .integer(let index) = token.kind {
                    advance()
                    let index = TemplateExpression(kind: .integer(index), line: line)
                    kind = .element(value, index)
                } else {
                    kind = .attribute(value, try expectName())
                }
            } else if isAt("[") {
                kind = try parseSubscript(of: value)
            } else if isAt("(") {
                kind = .call(value, try parseArguments())
            } else if allowsFilters, skip("|") {
                let name = try expectName()
                let arguments = isAt("(") ? try parseArguments() : .init()
                kind = .filter(value, TemplateFilter(rawValue: name), name: name, arguments)
            } else if allowsFilters, skip(keyword: "is") {
                kind = try parseTest(of: value)
            } else {
                return value
            }
            value = TemplateExpression(kind: kind, line: line)
        }
    }

    private mutating func parseSubscript(
        of value: TemplateExpression
    ) throws(TemplateError) -> TemplateExpression.Kind {
        advance()
        var slice = TemplateExpression.Slice()
        if !isAt(":") {
            let index = try parseTuple()
            if skip("]") { return .element(value, index) }
            slice.start = index
        }
        try expect(.symbol(":"))
        if !isAt(":"), !isAt("]") { slice.stop = try parseExpression() }
        if skip(":"), !isAt("]") { slice.step = try parseExpression() }
        try expect(.symbol("]"))
        return .slice(value, slice)
    }

    private mutating func parseTest(
        of value: TemplateExpression
    ) throws(TemplateError) -> TemplateExpression.Kind {
        let isNegated = skip(keyword: "not")
        let name = try expectName()
        var arguments = TemplateExpression.Arguments()
        switch token.kind {
        case .symbol("("):
            arguments = try parseArguments()
        case .name("else"), .name("or"), .name("and"), .name("if"), .name("in"), .name("is"),
            .name("not"):
            break
        case .name, .string, .integer, .real, .symbol("["), .symbol("{"):
            let operand = try parsePrimary()
            arguments.positional = [try parsePostfix(operand, allowsFilters: false)]
        default:
            break
        }
        let test = TemplateTest(rawValue: name)
        return .test(value, test, name: name, arguments, isNegated: isNegated)
    }

    mutating func parseArguments() throws(TemplateError) -> TemplateExpression.Arguments {
        var arguments = TemplateExpression.Arguments()
        var isFirst = true
        try expect(.symbol("("))
        while !skip(")") {
            if !isFirst { try expect(.symbol(",")) }
            isFirst = false
            if skip(")") { break }
            if case .name(let name) = token.kind, following.kind == .symbol("=") {
                advance()
                advance()
                arguments.named.append((name, try parseExpression()))
            } else {
                arguments.positional.append(try parseExpression())
            }
        }
        return arguments
    }

    // MARK: - Primaries

    private mutating func parsePrimary() throws(TemplateError) -> TemplateExpression {
        let line = self.line
        let kind: TemplateExpression.Kind
        switch token.kind {
        case .name(let name):
            advance()
            switch name {
            case "true", "True": kind = .boolean(true)
            case "false", "False": kind = .boolean(false)
            case "none", "None": kind = .none
            default: kind = .name(name)
            }
        case .integer(let value):
            advance()
            kind = .integer(value)
        case .real(let value):
            advance()
            kind = .real(value)
        case .string(var bytes):
            advance()
            while case .string(let more) = token.kind {
                bytes += more
                advance()
            }
            kind = .text(bytes)
        case .symbol("("):
            advance()
            if skip(")") {
                kind = .tuple([])
            } else {
                let value = try parseTuple()
                try expect(.symbol(")"))
                return value
            }
        case .symbol("["):
            advance()
            var elements: [TemplateExpression] = []
            while !skip("]") {
                if !elements.isEmpty { try expect(.symbol(",")) }
                if skip("]") { break }
                elements.append(try parseExpression())
            }
            kind = .list(elements)
        case .symbol("{"):
            advance()
            var entries: [(key: TemplateExpression, value: TemplateExpression)] = []
            while !skip("}") {
                if !entries.isEmpty { try expect(.symbol(",")) }
                if skip("}") { break }
                let key = try parseExpression()
                try expect(.symbol(":"))
                entries.append((key, try parseExpression()))
            }
            kind = .mapping(entries)
        default:
            throw unexpected()
        }
        return TemplateExpression(kind: kind, line: line)
    }
}
