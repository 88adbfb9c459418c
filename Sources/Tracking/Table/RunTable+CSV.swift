import Platform

extension RunTable {
    /// The table as CSV with a heading (RFC 4180): commas, CRLF, quotes where needed.
    ///
    /// Spreadsheets take a cell that begins with `=`, `+`, `-` or `@` for a formula. Such a cell
    /// gets an apostrophe before it unless it is a number. Line ends and tabs within a cell stay;
    /// other control characters are replaced, see `VisibleText`, since terminals show CSV as well.
    public var csv: String {
        let heading = columns.map { Self.field($0.title) }
        let rows = runs.map { run in columns.map { Self.field(Self.cell(run, $0)) } }
        return ([heading] + rows).map { $0.joined(separator: ",") + "\r\n" }.joined()
    }

    private static func field(_ cell: Cell) -> String {
        switch cell {
        case .missing: ""
        case .text(let text): field(text)
        case .integer(let number): "\(number)"
        case .number(let number): text(number)
        case .time(let time): text(time: time)
        }
    }

    private static func field(_ raw: String) -> String {
        let text = raw.split(separator: "\r\n", omittingEmptySubsequences: false)
            .map { VisibleText.lines(String($0)) }
            .joined(separator: "\r\n")
        let harmless = isFormula(raw) ? "'\(text)" : text
        let needsQuotes = harmless.utf8.contains { "\",\r\n".utf8.contains($0) }
        guard needsQuotes else { return harmless }
        // Scalar by scalar: a quote before a combining mark is one Character with it.
        var quoted = "\""
        for scalar in harmless.unicodeScalars {
            if scalar == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    private static func isFormula(_ text: String) -> Bool {
        guard let first = text.utf8.first, "=+-@\t\r".utf8.contains(first) else { return false }
        return !isNumber(text)
    }

    /// Whether a text is a number as spreadsheets read one: sign, digits, point, exponent.
    private static func isNumber(_ text: String) -> Bool {
        var rest = Substring(text).utf8
        func skipSign() {
            if let first = rest.first, "+-".utf8.contains(first) { rest.removeFirst() }
        }
        func skipDigits() -> Int {
            let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            rest = rest.dropFirst(digits.count)
            return digits.count
        }
        skipSign()
        var count = skipDigits()
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            count += skipDigits()
        }
        guard count > 0 else { return false }
        if let first = rest.first, "eE".utf8.contains(first) {
            rest.removeFirst()
            skipSign()
            guard skipDigits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
