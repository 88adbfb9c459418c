import JSON

/// The words of an expression's text.
struct ExpressionLexer {
    /// A word with its place.
    struct Token: Equatable {
        var kind: Kind
        /// In Unicode scalars from the start of the text.
        var offset: Int
    }

    /// The kinds of word.
    enum Kind: Equatable {
        case name(String)
        case number(JSONValue)
        case text(String)
        /// An operator or a bracket.
        case symbol(String)
        case end
    }

    /// The most words of an expression: evaluating one needs stack for each.
    static let maxTokens = 500
    private static let symbols = [
        "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "(", ")", "[", "]", ",", ".",
    ]

    private let scalars: [Unicode.Scalar]
    private var place = 0

    /// Splits a text into words; the last one is ``Kind/end``.
    static func tokens(of text: String) throws(ExpressionFault) -> [Token] {
        var lexer = ExpressionLexer(scalars: Array(text.unicodeScalars))
        var tokens: [Token] = []
        while true {
            let token = try lexer.next()
            tokens.append(token)
            if token.kind == .end { return tokens }
            guard tokens.count <= maxTokens else {
                throw ExpressionFault(
                    offset: token.offset,
                    message: "The expression has more than \(maxTokens) words."
                )
            }
        }
    }

    private mutating func next() throws(ExpressionFault) -> Token {
        while place < scalars.count, scalars[place].properties.isWhitespace { place += 1 }
        let start = place
        guard place < scalars.count else { return Token(kind: .end, offset: start) }
        let scalar = scalars[place]
        if Self.beginsName(scalar) {
            while place < scalars.count, Self.isInName(scalars[place]) { place += 1 }
            return Token(kind: .name(text(from: start)), offset: start)
        }
        if Self.isDigit(scalar) { return Token(kind: .number(try number()), offset: start) }
        if scalar == "'" || scalar == "\"" {
            return Token(kind: .text(try quoted(by: scalar)), offset: start)
        }
        for symbol in Self.symbols where scalars[place...].starts(with: symbol.unicodeScalars) {
            place += symbol.unicodeScalars.count
            return Token(kind: .symbol(symbol), offset: start)
        }
        throw ExpressionFault(offset: start, message: Self.fault(of: scalar))
    }

    private static func fault(of scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "=": "= is not an operator; to compare, write ==."
        case "&": "& is not an operator; write and."
        case "|": "| is not an operator; write or."
        case "!": "! is not an operator; write not."
        default: "\(quoted(scalar)) has no meaning here."
        }
    }

    private static func quoted(_ scalar: Unicode.Scalar) -> String {
        scalar.value < 0x20 || scalar.value == 0x7F
            ? "The character U+\(String(scalar.value, radix: 16, uppercase: true))" : "'\(scalar)'"
    }

    private mutating func number() throws(ExpressionFault) -> JSONValue {
        let start = place
        var isWhole = true
        func digit(at place: Int) -> Bool {
            place < scalars.count && Self.isDigit(scalars[place])
        }
        while digit(at: place) { place += 1 }
        if place < scalars.count, scalars[place] == ".", digit(at: place + 1) {
            isWhole = false
            place += 1
            while digit(at: place) { place += 1 }
        }
        if place < scalars.count, scalars[place] == "e" || scalars[place] == "E" {
            var end = place + 1
            if end < scalars.count, scalars[end] == "+" || scalars[end] == "-" { end += 1 }
            if digit(at: end) {
                isWhole = false
                while digit(at: end) { end += 1 }
                place = end
            }
        }
        let text = text(from: start)
        if place < scalars.count, Self.isInName(scalars[place]) {
            throw ExpressionFault(
                offset: start,
                message: "A number is expected, such as 2 or 1e-5."
            )
        }
        if isWhole {
            if let value = Int(text) { return .integer(value) }
            throw ExpressionFault(offset: start, message: "\(text.prefix(40)) is too large.")
        }
        guard let value = Double(text), value.isFinite else {
            throw ExpressionFault(offset: start, message: "\(text.prefix(40)) is too large.")
        }
        return .number(value)
    }

    /// A text in quotes, in which a backslash takes the next character as it is; `\n` is a line feed
    /// and `\t` a tab.
    private mutating func quoted(by quote: Unicode.Scalar) throws(ExpressionFault) -> String {
        let start = place
        place += 1
        var text = String.UnicodeScalarView()
        while place < scalars.count {
            var scalar = scalars[place]
            place += 1
            if scalar == quote { return String(text) }
            if scalar == "\\", place < scalars.count {
                scalar = scalars[place]
                place += 1
                if scalar == "n" { scalar = "\n" }
                if scalar == "t" { scalar = "\t" }
            }
            text.append(scalar)
        }
        throw ExpressionFault(offset: start, message: "The closing \(quote) is missing.")
    }

    private func text(from start: Int) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[start..<place])
        return String(text)
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { "0"..."9" ~= scalar }

    static func beginsName(_ scalar: Unicode.Scalar) -> Bool {
        "a"..."z" ~= scalar || "A"..."Z" ~= scalar || scalar == "_"
    }

    static func isInName(_ scalar: Unicode.Scalar) -> Bool { beginsName(scalar) || isDigit(scalar) }
}
