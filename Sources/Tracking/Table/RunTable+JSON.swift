import Platform

extension RunTable {
    /// The table as a JSON array with one object per run, its keys the columns' titles.
    ///
    /// Missing values are null. JSON has no NaN: it is the text `"NaN"`. Texts are complete: what
    /// `VisibleText` would replace is escaped.
    public var json: String {
        let objects = runs.map { run in
            let fields = columns.map { column in
                "    \(Self.string(column.title)): \(Self.value(Self.cell(run, column)))"
            }
            return fields.isEmpty ? "  {}" : "  {\n\(fields.joined(separator: ",\n"))\n  }"
        }
        return objects.isEmpty ? "[]\n" : "[\n\(objects.joined(separator: ",\n"))\n]\n"
    }

    private static func value(_ cell: Cell) -> String {
        switch cell {
        case .missing: "null"
        case .text(let text): string(text)
        case .integer(let number): "\(number)"
        case .number(let number): number.isFinite ? text(number) : string(text(number))
        case .time(let time): string(text(time: time))
        }
    }

    private static func string(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            // What controls a terminal; among it the two line breaks that JavaScript does not
            // allow.
            case _ where VisibleText.form(of: scalar) != nil: result += escape(scalar)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
}
