import Platform

extension RunTable {
    /// The table in GitHub's Markdown, with numbers on the right.
    ///
    /// Texts look as they are: markup, links and HTML are escaped; line breaks and control
    /// characters become spaces; see `VisibleText` for the rest.
    public var markdown: String {
        let titles = columns.map { Self.escaped($0.title) }
        let rules = columns.map { Self.isNumeric($0) ? "---:" : "---" }
        let rows = runs.map { run in columns.map { Self.shown(Self.cell(run, $0)) } }
        return ([titles, rules] + rows)
            .map { "| \($0.joined(separator: " | ")) |\n" }.joined()
    }

    private static func isNumeric(_ column: Column) -> Bool {
        switch column {
        case .metric, .duration, .experimentID: true
        default: false
        }
    }

    private static func shown(_ cell: Cell) -> String {
        switch cell {
        case .missing: ""
        case .text(let text): escaped(text)
        case .integer(let number): "\(number)"
        case .number(let number): text(number)
        case .time(let time): text(time: time)
        }
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", "`", "*", "[", "]", "|", "~": result += "\\\(scalar)"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            default:
                let isBreak =
                    scalar.properties.generalCategory == .control
                    || scalar == "\u{2028}" || scalar == "\u{2029}"
                result += isBreak ? " " : VisibleText.form(of: scalar) ?? String(scalar)
            }
        }
        return result
    }
}
