/// Splits a chat template into tokens, with the white space rules that published templates rely on:
/// `trim_blocks`, `lstrip_blocks`, no trailing newline.
struct TemplateLexer {
    let source: [UInt8]
    var position = 0
    private(set) var line = 1
    private var tokens: [TemplateToken] = []
    /// Whether the next text begins a line, so that white space before a block tag is indentation.
    private var isAtLineStart = true

    /// - Throws: `TemplateError` with the code `syntax`.
    static func tokens(of source: [UInt8]) throws(TemplateError) -> [TemplateToken] {
        var lexer = TemplateLexer(source: source)
        try lexer.run()
        return lexer.tokens
    }

    private init(source: [UInt8]) {
        var normalized: [UInt8] = []
        normalized.reserveCapacity(source.count)
        for (index, byte) in source.enumerated() {
            if byte == UInt8(ascii: "\r") {
                normalized.append(UInt8(ascii: "\n"))
            } else if byte != UInt8(ascii: "\n") || index == 0
                || source[index - 1] != UInt8(ascii: "\r")
            {
                normalized.append(byte)
            }
        }
        if normalized.last == UInt8(ascii: "\n") { normalized.removeLast() }
        self.source = normalized
    }

    private mutating func run() throws(TemplateError) {
        while position < source.count {
            let start = position
            let startLine = line
            while position < source.count, !isAtTag { advance() }
            var text = source[start..<position]
            guard position < source.count else {
                append(.text(Array(text)), line: startLine)
                break
            }
            let tag = source[position + 1]
            let tagLine = line
            let sign = position + 2 < source.count ? source[position + 2] : 0
            if sign == UInt8(ascii: "-") {
                text = text.prefixTrimmingWhitespace()
            } else if tag != UInt8(ascii: "{"), sign != UInt8(ascii: "+") {
                text = text.prefixTrimmingIndentation(isAtLineStart: isAtLineStart)
            }
            append(.text(Array(text)), line: startLine)
            position += sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") ? 3 : 2
            switch tag {
            case UInt8(ascii: "#"):
                try skipComment(from: tagLine)
            case UInt8(ascii: "{"):
                append(.outputBegin, line: tagLine)
                try lexTag(closedBy: UInt8(ascii: "}"), from: tagLine)
            default:
                if isRawBlock {
                    try lexRawBlock(from: tagLine)
                } else {
                    append(.blockBegin, line: tagLine)
                    try lexTag(closedBy: UInt8(ascii: "%"), from: tagLine)
                }
            }
        }
        append(.end, line: line)
    }

    private var isAtTag: Bool {
        guard source[position] == UInt8(ascii: "{"), position + 1 < source.count else {
            return false
        }
        return [UInt8(ascii: "{"), UInt8(ascii: "%"), UInt8(ascii: "#")]
            .contains(source[position + 1])
    }

    mutating func append(_ kind: TemplateToken.Kind, line: Int) {
        if case .text(let text) = kind, text.isEmpty { return }
        tokens.append(TemplateToken(kind: kind, line: line))
    }

    mutating func advance() {
        if source[position] == UInt8(ascii: "\n") { line += 1 }
        position += 1
    }

    private func starts(with text: StaticString) -> Bool {
        source[position...].starts(
            with: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        )
    }

    /// Skips the white space that the end of a tag removes.
    ///
    /// The position is after the tag.
    private mutating func endTag(sign: UInt8, isBlock: Bool) {
        let start = position
        if sign == UInt8(ascii: "-") {
            while position < source.count, source[position].isASCIIWhitespace { advance() }
        } else if isBlock, sign != UInt8(ascii: "+"), position < source.count,
            source[position] == UInt8(ascii: "\n")
        {
            advance()
        }
        isAtLineStart = position > start && source[position - 1] == UInt8(ascii: "\n")
    }

    private mutating func skipComment(from startLine: Int) throws(TemplateError) {
        while position < source.count {
            if starts(with: "#}") {
                let sign = source[position - 1]
                position += 2
                return endTag(sign: sign, isBlock: true)
            }
            advance()
        }
        throw .syntax(startLine, "the comment is not closed by \"#}\"")
    }

    // MARK: - Raw blocks

    private var isRawBlock: Bool {
        var copy = self
        copy.skipSpace()
        guard copy.starts(with: "raw") else { return false }
        copy.position += 3
        copy.skipSpace()
        return copy.starts(with: "%}") || copy.starts(with: "-%}")
    }

    private mutating func skipSpace() {
        while position < source.count, source[position].isASCIIWhitespace { advance() }
    }

    private mutating func lexRawBlock(from startLine: Int) throws(TemplateError) {
        while !starts(with: "%}") { advance() }
        position += 2
        endTag(sign: source[position - 3], isBlock: true)
        let bodyLine = line
        let start = position
        while position < source.count {
            if starts(with: "{%") {
                let end = position
                var copy = self
                copy.position += 2
                let sign = copy.position < source.count ? source[copy.position] : 0
                if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { copy.position += 1 }
                copy.skipSpace()
                if copy.starts(with: "endraw") {
                    copy.position += 6
                    copy.skipSpace()
                    let endSign = copy.position < source.count ? source[copy.position] : 0
                    if endSign == UInt8(ascii: "-") || endSign == UInt8(ascii: "+") {
                        copy.position += 1
                    }
                    guard copy.starts(with: "%}") else {
                        throw .syntax(line, "\"endraw\" is not closed by \"%}\"")
                    }
                    let text = source[start..<end]
                    append(
                        .text(
                            Array(
                                sign == UInt8(ascii: "-")
                                    ? text.prefixTrimmingWhitespace()
                                    : text.prefixTrimmingIndentation(isAtLineStart: isAtLineStart)
                            )
                        ),
                        line: bodyLine
                    )
                    position = copy.position + 2
                    line = copy.line
                    return endTag(sign: endSign, isBlock: true)
                }
            }
            advance()
        }
        throw .syntax(startLine, "the block \"raw\" is not closed by \"endraw\"")
    }

    // MARK: - Inside a tag

    private mutating func lexTag(
        closedBy closer: UInt8,
        from startLine: Int
    ) throws(TemplateError) {
        let isBlock = closer == UInt8(ascii: "%")
        var openBrackets: [UInt8] = []
        while true {
            skipSpace()
            guard position < source.count else {
                throw .syntax(
                    startLine,
                    "the tag is not closed by \"\(isBlock ? "%}" : "}}")\""
                )
            }
            if openBrackets.isEmpty, let sign = closingSign(closer) {
                append(isBlock ? .blockEnd : .outputEnd, line: line)
                return endTag(sign: sign, isBlock: isBlock)
            }
            let byte = source[position]
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                try lexString(quote: byte)
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                try lexNumber()
            case _ where byte.isNameByte:
                let start = position
                while position < source.count, source[position].isNameByte { position += 1 }
                append(
                    .name(String(decoding: source[start..<position], as: UTF8.self)),
                    line: line
                )
            default:
                try lexSymbol(&openBrackets)
            }
        }
    }

    /// Consumes the end of the tag if it is next, and returns its sign or 0.
    private mutating func closingSign(_ closer: UInt8) -> UInt8? {
        let sign = source[position]
        let isSigned =
            sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") && closer == UInt8(ascii: "%")
        let start = isSigned ? position + 1 : position
        guard start + 1 < source.count, source[start] == closer,
            source[start + 1] == UInt8(ascii: "}")
        else { return nil }
        position = start + 2
        return isSigned ? sign : 0
    }

    private mutating func lexSymbol(_ openBrackets: inout [UInt8]) throws(TemplateError) {
        let byte = source[position]
        for symbol in ["==", "!=", "<=", ">=", "//", "**"] where starts(with: symbol) {
            append(.symbol(symbol), line: line)
            position += 2
            return
        }
        guard "+-*/%~|.,:()[]{}<>=".utf8.contains(byte) else {
            throw .syntax(
                line,
                "\"\(String(decoding: [byte], as: UTF8.self))\" is not expected here"
            )
        }
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"):
            openBrackets.append(byte)
        case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
            // In ASCII the closing bracket is one or two code points after the opening one.
            guard let open = openBrackets.popLast(), (1...2).contains(Int(byte) - Int(open)) else {
                throw .syntax(
                    line,
                    "\"\(String(decoding: [byte], as: UTF8.self))\" closes nothing"
                )
            }
        default:
            break
        }
        append(.symbol(String(decoding: [byte], as: UTF8.self)), line: line)
        position += 1
    }

    private func starts(with text: String) -> Bool {
        source[position...].starts(with: text.utf8)
    }

    private mutating func lexNumber() throws(TemplateError) {
        let start = position
        var isReal = false
        func digits(_ position: inout Int) {
            while position < source.count, source[position].isASCIIDigit || source[position] == 0x5F
            {
                position += 1
            }
        }
        digits(&position)
        if position + 1 < source.count, source[position] == UInt8(ascii: "."),
            source[position + 1].isASCIIDigit
        {
            isReal = true
            position += 1
            digits(&position)
        }
        if position < source.count, source[position] | 0x20 == UInt8(ascii: "e") {
            var end = position + 1
            if end < source.count, "+-".utf8.contains(source[end]) { end += 1 }
            if end < source.count, source[end].isASCIIDigit {
                isReal = true
                position = end
                digits(&position)
            }
        }
        let literal = String(
            decoding: source[start..<position].filter { $0 != 0x5F },
            as: UTF8.self
        )
        if isReal, let value = Double(literal) {
            append(.real(value), line: line)
        } else if let value = Int(literal) {
            append(.integer(value), line: line)
        } else {
            throw .syntax(line, "the number \(literal) is too large")
        }
    }
}
