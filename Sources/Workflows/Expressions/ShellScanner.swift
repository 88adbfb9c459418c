/// Follows a command line of the shell, to find out whether a quoted word may stand at a place.
///
/// The value of an expression is quoted by `'`. That protects it only outside of quotes, comments,
/// backquotes, arithmetic and documents in the text (`<<END`), so that expressions there are faults:
/// a value could become part of the command.
struct ShellScanner {
    private enum Context: Equatable {
        /// `'…'`
        case single
        /// `"…"`
        case double
        /// `` `…` ``
        case backquote
        /// `$'…'`, which shells read differently.
        case escaped
        /// `$(…)` or `(…)`
        case parentheses
        /// `$((…))` or `((…))`, with the number of brackets that are open.
        case arithmetic(Int)
        /// `${…}` of the shell, written `$${…}`.
        case parameter
        /// `# …`
        case comment
    }

    private var contexts: [Context] = []
    /// The last characters, as far as they have a meaning together with the next one.
    private var previous: Unicode.Scalar = "\n"
    private var beforePrevious: Unicode.Scalar = "\n"
    private var isEscaped = false
    /// Whether there was something that shells read differently, so that what follows may be in
    /// quotes for one of them.
    private var isAmbiguous = false
    private var documents = ShellDocuments()

    /// Why no quoted word may stand at this place; nil if one may.
    var faultOfWord: String? {
        if isAmbiguous {
            return "An expression cannot follow $'…', nor quotes in $${…}, in backquotes or in"
                + " arithmetic, nor a substitution that is open in a document: shells read them"
                + " differently. Give the value by `env`."
        }
        if documents.isInside {
            return "An expression cannot stand in a document after <<; give the value by `env`."
        }
        if documents.isReadingWord { return "An expression cannot follow <<." }
        if isEscaped { return "An expression cannot follow a backslash." }
        // Backquotes strip backslashes from all that is inside of them.
        if contexts.contains(.backquote) {
            return "An expression cannot stand in backquotes; write $(…) instead."
        }
        switch contexts.last {
        case .single, .double, .escaped:
            return "An expression cannot stand in quotes: each becomes one quoted word."
                + " Leave out the quotes."
        case .arithmetic:
            return "An expression cannot stand in the shell's arithmetic; give it by `env`."
        case .parameter: return "An expression cannot stand in $${…}; give the value by `env`."
        case .comment: return "An expression cannot stand in a comment of the shell."
        case .parentheses, .backquote, nil: break
        }
        if previous == "$" { return "An expression cannot follow a $; write $$ as '$'." }
        return nil
    }

    /// Moves past a quoted word.
    mutating func takeWord() { remember("x") }

    /// Moves past the `${` of the shell.
    mutating func skipParameter() {
        if documents.isReadingWord { isAmbiguous = true }
        // In `\${` and `$${` it is no parameter.
        let isParameter = !isEscaped && previous != "$" && !isLiteral
        take("$")
        if isParameter {
            contexts.append(.parameter)
            remember("{")
        } else {
            take("{")
        }
    }

    /// Whether characters have no meaning here but the one that ends the context.
    private var isLiteral: Bool {
        switch contexts.last {
        case .single, .escaped, .comment: true
        default: documents.isInside
        }
    }

    /// Moves past a character.
    mutating func take(_ scalar: Unicode.Scalar) {
        if documents.takes(scalar) {
            if documents.isAmbiguous { isAmbiguous = true }
            remember(scalar)
            return
        }
        if isEscaped {
            isEscaped = false
            if scalar == "\n" {
                // The shell removes both, so that what was before the backslash comes before the
                // next character.
                (previous, beforePrevious) = (beforePrevious, "x")
            } else {
                remember("x")
            }
            return
        }
        follow(scalar)
        // The word after << may be in quotes.
        if contexts.isEmpty || contexts.last == .parentheses || documents.isReadingWord {
            documents.follow(scalar, previous, beforePrevious)
        }
        remember(scalar)
    }

    private mutating func remember(_ scalar: Unicode.Scalar) {
        // `$$` is the number of the process: the second one begins nothing.
        let isNumber = scalar == "$" && previous == "$"
        beforePrevious = previous
        previous = isNumber ? "x" : scalar
    }

    private mutating func follow(_ scalar: Unicode.Scalar) {
        if scalar == "'" || scalar == "\"" || scalar == "\\", contexts.contains(.parameter) {
            isAmbiguous = true
        }
        if scalar == "`", contexts.last != .backquote, contexts.contains(.backquote) {
            isAmbiguous = true
        }
        switch contexts.last {
        case .single: if scalar == "'" { contexts.removeLast() }
        case .comment: if scalar == "\n" { contexts.removeLast() }
        case .escaped:
            if scalar == "\\" { isEscaped = true }
            if scalar == "'" { contexts.removeLast() }
        case .double: followInside(scalar, end: "\"")
        case .backquote: followInside(scalar, end: "`")
        case .parameter: followInside(scalar, end: "}")
        case .arithmetic(let open):
            if "'\"`\\#\n".unicodeScalars.contains(scalar) { isAmbiguous = true }
            if scalar == "(" { contexts[contexts.count - 1] = .arithmetic(open + 1) }
            if scalar == ")" {
                contexts.removeLast()
                if open > 1 { contexts.append(.arithmetic(open - 1)) }
            }
        case .parentheses, .none: followPlain(scalar)
        }
    }

    private mutating func followInside(_ scalar: Unicode.Scalar, end: Unicode.Scalar) {
        if scalar == end {
            contexts.removeLast()
        } else if scalar == "\\" {
            isEscaped = true
        } else if scalar == "(", previous == "$" {
            contexts.append(.parentheses)
        } else if scalar == "`" {
            contexts.append(.backquote)
        } else if scalar == "\"" {
            contexts.append(.double)
        } else if scalar == "'", end != "\"" {
            contexts.append(.single)
        }
    }

    private mutating func followPlain(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\\": isEscaped = true
        case "'":
            contexts.append(previous == "$" ? .escaped : .single)
            if previous == "$" { isAmbiguous = true }
        case "\"": contexts.append(.double)
        case "`": contexts.append(.backquote)
        case "#" where Self.endsWord(previous): contexts.append(.comment)
        case "(":
            if previous == "(", case .parentheses = contexts.last {
                contexts[contexts.count - 1] = .arithmetic(2)
            } else {
                contexts.append(.parentheses)
            }
        case ")": if case .parentheses = contexts.last { contexts.removeLast() }
        default: break
        }
    }

    private static func endsWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || ";|&()<>".unicodeScalars.contains(scalar)
    }
}
