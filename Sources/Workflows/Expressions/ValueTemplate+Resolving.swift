import JSON
public import Platform

extension ValueTemplate {
    /// The names that its expressions refer to, each once.
    public var references: [String] {
        var names: [String] = []
        visitExpressions { expression in
            for name in expression.names where !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// Whether it has no expressions.
    var isLiteral: Bool {
        var isLiteral = true
        visitExpressions { _ in isLiteral = false }
        return isLiteral
    }

    /// Calls `body` with all expressions, in their order in the text.
    func visitExpressions(_ body: (Expression) -> Void) {
        switch self {
        case .literal: break
        case .expression(let expression): body(expression)
        case .text(let pieces):
            for case .expression(let expression) in pieces { body(expression) }
        case .list(let elements): for element in elements { element.visitExpressions(body) }
        case .object(let members): for member in members { member.value.visitExpressions(body) }
        }
    }

    /// The value, with its expressions evaluated.
    ///
    /// In a text, numbers have their shortest form, and lists and objects are JSON; null is an error.
    /// The content of a text consists of the contents of its parts.
    ///
    /// - Parameter syntax: How an expression's value becomes part of a text. A list is never read by
    ///   the shell, so its texts are plain ones.
    /// - Throws: ``FlowError`` with the code `invalid`, which names what is missing or of another
    ///   type.
    public func resolved(
        in scope: FlowScope,
        syntax: TaskInput.Syntax = .value
    ) throws(FlowError) -> FlowValue {
        switch self {
        case .literal(let value): return FlowValue(value)
        case .expression(let expression):
            if syntax == .command { return try Self.text([.expression(expression)], scope, syntax) }
            return try expression.value(in: scope)
        case .text(let pieces): return try Self.text(pieces, scope, syntax)
        case .list(let elements):
            var values: [FlowValue] = []
            for element in elements { values.append(try element.resolved(in: scope)) }
            return FlowValue(list: values)
        case .object(let members):
            var values: [(name: String, value: FlowValue)] = []
            for member in members {
                values.append((member.name, try member.value.resolved(in: scope)))
            }
            return FlowValue(values)
        }
    }

    private static func text(
        _ pieces: [Piece],
        _ scope: FlowScope,
        _ syntax: TaskInput.Syntax
    ) throws(FlowError) -> FlowValue {
        var text = ""
        var content = ""
        for piece in pieces {
            switch piece {
            case .text(let part):
                text += part
                content += part
            case .expression(let expression):
                let value = try expression.value(in: scope)
                let word = try expression.textual(value.value)
                let counted = value.content.compactText
                text += syntax == .command ? ShellWord.quoted(word) : word
                content += syntax == .command ? ShellWord.quoted(counted) : counted
            }
        }
        guard !text.utf8.contains(0) || syntax == .value else {
            throw FlowError(
                .invalid,
                "The command has a character of code 0, which no program takes."
            )
        }
        return FlowValue(.string(text), content: content == text ? nil : .string(content))
    }
}

extension Expression {
    /// The text of its value.
    fileprivate func textual(_ value: JSONValue) throws(FlowError) -> String {
        switch value {
        case .null: throw FlowError(.invalid, "${\(text)}: null cannot be part of a text.")
        case .number(let number) where !number.isFinite:
            throw FlowError(.invalid, "${\(text)}: \(number) cannot be part of a text.")
        default: return value.compactText
        }
    }
}
