import Database

/// The tokens of MLflow's search language.
enum SearchToken: Equatable {
    /// A name, optionally with the kind of thing before its first dot; parts may be quoted.
    case name(kind: String?, key: String)
    /// A text in quotes.
    case text(String)
    /// A number.
    case number(Double, spelling: String)
    /// `=`, `!=`, `<` and the like.
    case comparison(String)
    /// `(`, `)` or `,`.
    case mark(Character)

    /// Splits a text into tokens.
    static func read(_ text: String) throws(TrackingError) -> [SearchToken] {
        var reader = Reader(text)
        var tokens: [SearchToken] = []
        while let token = try reader.next() { tokens.append(token) }
        return tokens
    }

    /// The token in capitals, if it is a plain word.
    var keyword: String? {
        if case .name(nil, let key) = self { key.uppercased() } else { nil }
    }

    private struct Reader {
        private let text: String
        private var rest: Substring

        init(_ text: String) {
            self.text = text
            rest = text[...]
        }

        mutating func next() throws(TrackingError) -> SearchToken? {
            while rest.first?.isWhitespace == true { rest.removeFirst() }
            guard let first = rest.first else { return nil }
            switch first {
            case "(", ")", ",":
                rest.removeFirst()
                return .mark(first)
            case "=", "!", "<", ">": return try comparison()
            case "'", "\"":
                let quoted = try quoted()
                // In "key" = 1 it is an attribute, in = "text" a text: what follows decides.
                return .text(quoted)
            case "`": return .name(kind: nil, key: try quoted())
            default:
                if first.isNumber || "+-.".contains(first) { return try number() }
                return try name()
            }
        }

        private mutating func comparison() throws(TrackingError) -> SearchToken {
            for operation in ["!=", "<=", ">=", "<>", "==", "=", "<", ">"]
            where rest.hasPrefix(operation) {
                rest.removeFirst(operation.count)
                return .comparison(operation == "<>" ? "!=" : operation == "==" ? "=" : operation)
            }
            throw SearchFilter.invalid("'\(rest.prefix(1))' in '\(text)' is not a comparison")
        }

        /// A text in quotes; the quote itself is doubled.
        private mutating func quoted() throws(TrackingError) -> String {
            let quote = rest.removeFirst()
            var inside = ""
            while let character = rest.popFirst() {
                guard character == quote else {
                    inside.append(character)
                    continue
                }
                guard rest.first == quote else { return inside }
                inside.append(rest.removeFirst())
            }
            throw SearchFilter.invalid("a quote is not closed in '\(text)'")
        }

        private mutating func number() throws(TrackingError) -> SearchToken {
            let spelling = rest.prefix { $0.isNumber || $0.isLetter || "+-.".contains($0) }
            guard let value = Double(spelling) else {
                throw SearchFilter.invalid("'\(spelling)' in '\(text)' is not a number")
            }
            rest.removeFirst(spelling.count)
            return .number(value, spelling: String(spelling))
        }

        private mutating func name() throws(TrackingError) -> SearchToken {
            let start = rest
            let plain = rest.prefix { $0.isLetter || $0.isNumber || "_.-/:@".contains($0) }
            rest.removeFirst(plain.count)
            guard !plain.isEmpty else {
                throw SearchFilter.invalid("'\(start.prefix(1))' in '\(text)' is not understood")
            }
            guard let dot = plain.firstIndex(of: ".") else {
                return .name(kind: nil, key: String(plain))
            }
            var key = String(plain[plain.index(after: dot)...])
            if let quote = rest.first, key.isEmpty || key.hasSuffix("."), "`\"".contains(quote) {
                key += try quoted()
            }
            return .name(kind: String(plain[..<dot]), key: key)
        }
    }
}
