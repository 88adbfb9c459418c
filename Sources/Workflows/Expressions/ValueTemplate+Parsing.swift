import JSON

/// A fault in a text with expressions, with its place in the file if that is known.
package struct TemplateFault: Error, Equatable {
    package var position: SourcePosition?
    package var message: String
}

extension ValueTemplate {
    /// The most expressions of one text.
    static let maxExpressions = 1_000

    /// Reads a text: `${…}` is an expression, and `$${` stands for `${`.
    ///
    /// - Parameters:
    ///   - syntax: How the text is read.
    ///   - places: The place in the file of the `${` with a number, from 0; those of `$${` count too.
    package static func parse(
        _ text: String,
        syntax: TaskInput.Syntax = .value,
        places: (Int) -> SourcePosition? = { _ in nil }
    ) throws(TemplateFault) -> ValueTemplate {
        // Most texts have no expressions.
        guard text.utf8.contains(UInt8(ascii: "$")) else { return .literal(.string(text)) }
        let scalars = Array(text.unicodeScalars)
        var pieces: [Piece] = []
        var literal = String.UnicodeScalarView()
        var shell = ShellScanner()
        var number = 0
        var place = 0
        while place < scalars.count {
            let rest = scalars[place...]
            if rest.starts(with: "$${".unicodeScalars) {
                literal.append(contentsOf: "${".unicodeScalars)
                if syntax == .command { shell.skipParameter() }
                number += 1
                place += 3
            } else if rest.starts(with: "${".unicodeScalars) {
                var start = places(number)
                if syntax == .command, let fault = shell.faultOfWord {
                    throw TemplateFault(position: start, message: fault)
                }
                start?.column += 2
                guard let end = closingBrace(in: scalars, from: place + 2) else {
                    throw TemplateFault(
                        position: places(number),
                        message: "The closing } of this expression is missing; $${ stands for ${."
                    )
                }
                if !literal.isEmpty { pieces.append(.text(String(literal))) }
                literal = String.UnicodeScalarView()
                pieces.append(.expression(try expression(scalars[(place + 2)..<end], at: start)))
                if syntax == .command { shell.takeWord() }
                number += 1
                place = end + 1
            } else {
                literal.append(scalars[place])
                if syntax == .command { shell.take(scalars[place]) }
                place += 1
            }
            guard pieces.count <= 2 * maxExpressions else {
                throw TemplateFault(
                    position: places(number),
                    message: "A text may have at most \(maxExpressions) expressions."
                )
            }
        }
        if pieces.isEmpty { return .literal(.string(String(literal))) }
        if !literal.isEmpty { pieces.append(.text(String(literal))) }
        if pieces.count == 1, case .expression(let expression) = pieces[0] {
            return .expression(expression)
        }
        return .text(pieces)
    }

    private static func expression(
        _ scalars: ArraySlice<Unicode.Scalar>,
        at position: SourcePosition?
    ) throws(TemplateFault) -> Expression {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        let text = String(view)
        do throws(ExpressionFault) {
            return try ExpressionParser.parse(text, at: position)
        } catch {
            throw TemplateFault(
                position: position?.moved(by: error.offset, in: text),
                message: error.message
            )
        }
    }

    /// The place of the brace that ends an expression; those in quotes do not.
    private static func closingBrace(in scalars: [Unicode.Scalar], from start: Int) -> Int? {
        var quote: Unicode.Scalar?
        var place = start
        while place < scalars.count {
            let scalar = scalars[place]
            if let open = quote {
                if scalar == "\\" { place += 1 }
                if scalar == open { quote = nil }
            } else if scalar == "'" || scalar == "\"" {
                quote = scalar
            } else if scalar == "}" {
                return place
            }
            place += 1
        }
        return nil
    }
}

extension SourcePosition {
    /// The place a number of Unicode scalars further in a text that begins here.
    func moved(by offset: Int, in text: String) -> SourcePosition {
        var place = self
        for scalar in text.unicodeScalars.prefix(offset) {
            if scalar == "\n" {
                place.line += 1
                place.column = 1
            } else {
                place.column += 1
            }
        }
        return place
    }
}
