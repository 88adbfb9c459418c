/// Parses the tokens of a chat template to statements.
struct TemplateParser {
    /// More nesting than in any published template, and far from overflowing a thread's stack.
    static let maxDepth = 100

    private let tokens: [TemplateToken]
    private var index = 0
    private var depth = 0
    /// Whether the template marks the assistant's text by `generation` blocks.
    private(set) var hasGenerationBlocks = false

    init(_ tokens: [TemplateToken]) {
        self.tokens = tokens
    }

    /// Parses a whole template.
    mutating func parse() throws(TemplateError) -> [TemplateStatement] {
        let statements = try parseBody(until: [])
        guard token.kind == .end else { throw unexpected() }
        return statements
    }

    // MARK: - Tokens

    var token: TemplateToken { tokens[index] }

    var following: TemplateToken { tokens[min(index + 1, tokens.count - 1)] }

    var line: Int { token.line }

    mutating func advance() {
        if index + 1 < tokens.count { index += 1 }
    }

    func isAt(_ symbol: String) -> Bool { token.kind == .symbol(symbol) }

    func isAt(keyword: String) -> Bool { token.kind == .name(keyword) }

    mutating func skip(_ symbol: String) -> Bool {
        guard isAt(symbol) else { return false }
        advance()
        return true
    }

    mutating func skip(keyword: String) -> Bool {
        guard isAt(keyword: keyword) else { return false }
        advance()
        return true
    }

    mutating func expect(_ kind: TemplateToken.Kind) throws(TemplateError) {
        guard token.kind == kind else { throw unexpected(wanted: kind.description) }
        advance()
    }

    mutating func expectName() throws(TemplateError) -> String {
        guard case .name(let name) = token.kind else { throw unexpected(wanted: "a name") }
        advance()
        return name
    }

    func unexpected(wanted: String? = nil) -> TemplateError {
        let instead = wanted.map { " instead of \"\($0)\"" } ?? ""
        return .syntax(line, "\"\(token.kind)\" is not expected here\(instead)")
    }

    /// Parses something that may be nested.
    mutating func nested<Result>(
        _ parse: (inout TemplateParser) throws(TemplateError) -> Result
    ) throws(TemplateError) -> Result {
        guard depth < Self.maxDepth else {
            throw .syntax(line, "nested deeper than \(Self.maxDepth) levels")
        }
        depth += 1
        defer { depth -= 1 }
        return try parse(&self)
    }

    // MARK: - Statements

    /// Parses up to a block tag that begins with one of the names; the name is not consumed.
    private mutating func parseBody(
        until enders: [String]
    ) throws(TemplateError) -> [TemplateStatement] {
        try nested { (parser) throws(TemplateError) in
            var statements: [TemplateStatement] = []
            while true {
                let line = parser.line
                switch parser.token.kind {
                case .text(let text):
                    parser.advance()
                    statements.append(TemplateStatement(kind: .text(text), line: line))
                case .outputBegin:
                    parser.advance()
                    let expression = try parser.parseTuple()
                    try parser.expect(.outputEnd)
                    statements.append(TemplateStatement(kind: .output(expression), line: line))
                case .blockBegin:
                    if case .name(let name) = parser.following.kind, enders.contains(name) {
                        parser.advance()
                        return statements
                    }
                    parser.advance()
                    let kind = try parser.parseBlock()
                    statements.append(TemplateStatement(kind: kind, line: line))
                default:
                    guard enders.isEmpty, parser.token.kind == .end else {
                        throw .syntax(
                            line,
                            "\"\(parser.token.kind)\" comes before \"\(enders.last ?? "")\""
                        )
                    }
                    return statements
                }
            }
        }
    }

    /// Parses the body of a block and its end tag; the begin tag is parsed up to `%}`.
    private mutating func parseBody(
        closedBy ender: String
    ) throws(TemplateError) -> [TemplateStatement] {
        try expect(.blockEnd)
        let body = try parseBody(until: [ender])
        advance()
        // `endmacro name` and similar tags are allowed.
        if case .name = token.kind { advance() }
        try expect(.blockEnd)
        return body
    }

    private mutating func parseBlock() throws(TemplateError) -> TemplateStatement.Kind {
        let line = self.line
        let name = try expectName()
        switch name {
        case "if": return try parseConditional()
        case "for": return try parseLoop()
        case "set": return try parseAssignment()
        case "macro":
            let name = try expectName()
            let parameters = try parseParameters()
            return .macro(try parseMacro(name, parameters, closedBy: "endmacro"))
        case "call":
            let parameters = isAt("(") ? try parseParameters() : []
            let call = try parseExpression()
            return .callBlock(call, try parseMacro("caller", parameters, closedBy: "endcall"))
        case "filter":
            let first = try parseAppliedFilter()
            let filters = [first] + (try parseAppliedFilters())
            return .filtered(filters, try parseBody(closedBy: "endfilter"))
        case "with":
            var assignments: [(TemplateTarget, TemplateExpression)] = []
            while token.kind != .blockEnd {
                if !assignments.isEmpty { try expect(.symbol(",")) }
                let target = try parseTarget()
                try expect(.symbol("="))
                assignments.append((target, try parseExpression()))
            }
            return .scope(assignments, try parseBody(closedBy: "endwith"))
        case "generation":
            hasGenerationBlocks = true
            return .generation(try parseBody(closedBy: "endgeneration"))
        case "break":
            try expect(.blockEnd)
            return .leaveLoop
        case "continue":
            try expect(.blockEnd)
            return .nextIteration
        default:
            throw .syntax(line, "the tag \"\(name)\" is not known or not expected here")
        }
    }

    private mutating func parseMacro(
        _ name: String,
        _ parameters: [(name: String, standard: TemplateExpression?)],
        closedBy ender: String
    ) throws(TemplateError) -> TemplateStatement.MacroDefinition {
        let start = index
        let body = try parseBody(closedBy: ender)
        let tokens = tokens[start..<index]
        return .init(
            name: name,
            parameters: parameters,
            body: body,
            takesMoreValues: tokens.contains { $0.kind == .name("varargs") },
            takesMoreNames: tokens.contains { $0.kind == .name("kwargs") }
        )
    }

    private mutating func parseConditional() throws(TemplateError) -> TemplateStatement.Kind {
        var branches: [(condition: TemplateExpression, body: [TemplateStatement])] = []
        while true {
            let condition = try parseTuple()
            try expect(.blockEnd)
            branches.append((condition, try parseBody(until: ["elif", "else", "endif"])))
            switch try expectName() {
            case "elif":
                continue
            case "else":
                return .conditional(branches, otherwise: try parseBody(closedBy: "endif"))
            default:
                try expect(.blockEnd)
                return .conditional(branches, otherwise: [])
            }
        }
    }

    private mutating func parseLoop() throws(TemplateError) -> TemplateStatement.Kind {
        let target = try parseTarget()
        guard skip(keyword: "in") else { throw unexpected(wanted: "in") }
        let items = try parseTuple(allowsConditional: false)
        let condition = skip(keyword: "if") ? try parseExpression() : nil
        let isRecursive = skip(keyword: "recursive")
        try expect(.blockEnd)
        let body = try parseBody(until: ["else", "endfor"])
        var otherwise: [TemplateStatement] = []
        if try expectName() == "else" {
            otherwise = try parseBody(closedBy: "endfor")
        } else {
            try expect(.blockEnd)
        }
        return .loop(
            .init(
                target: target,
                items: items,
                condition: condition,
                body: body,
                otherwise: otherwise,
                isRecursive: isRecursive
            )
        )
    }

    private mutating func parseAssignment() throws(TemplateError) -> TemplateStatement.Kind {
        let target = try parseTarget()
        if skip("=") {
            let value = try parseTuple()
            try expect(.blockEnd)
            return .assignment(target, value)
        }
        let filters = try parseAppliedFilters()
        return .capture(target, filters, try parseBody(closedBy: "endset"))
    }

    private mutating func parseAppliedFilters()
        throws(TemplateError) -> [TemplateStatement.AppliedFilter]
    {
        var filters: [TemplateStatement.AppliedFilter] = []
        while skip("|") { filters.append(try parseAppliedFilter()) }
        return filters
    }

    private mutating func parseAppliedFilter()
        throws(TemplateError) -> TemplateStatement.AppliedFilter
    {
        let line = self.line
        let name = try expectName()
        let arguments = isAt("(") ? try parseArguments() : .init()
        return .init(
            filter: TemplateFilter(rawValue: name),
            name: name,
            arguments: arguments,
            line: line
        )
    }

    private mutating func parseTarget() throws(TemplateError) -> TemplateTarget {
        try nested { (parser) throws(TemplateError) in
            var targets: [TemplateTarget] = []
            var isTuple = false
            repeat {
                if parser.skip("(") {
                    targets.append(try parser.parseTarget())
                    try parser.expect(.symbol(")"))
                } else if case .name(let name) = parser.token.kind, name != "in" {
                    parser.advance()
                    targets.append(
                        parser.skip(".")
                            ? .attribute(of: name, try parser.expectName()) : .name(name)
                    )
                } else if !isTuple {
                    throw parser.unexpected(wanted: "a name")
                }
                guard parser.skip(",") else { break }
                isTuple = true
            } while true
            return isTuple || targets.count != 1 ? .tuple(targets) : targets[0]
        }
    }

    private mutating func parseParameters()
        throws(TemplateError) -> [(name: String, standard: TemplateExpression?)]
    {
        var parameters: [(name: String, standard: TemplateExpression?)] = []
        try expect(.symbol("("))
        while !skip(")") {
            if !parameters.isEmpty { try expect(.symbol(",")) }
            if skip(")") { break }
            let name = try expectName()
            parameters.append((name, skip("=") ? try parseExpression() : nil))
        }
        return parameters
    }
}
