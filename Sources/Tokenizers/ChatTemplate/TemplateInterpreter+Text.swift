extension TemplateInterpreter {
    /// What printing the value writes, as `str` in Python.
    func text(of value: TemplateValue) throws(TokenizerError) -> TemplateText {
        switch value {
        case .undefined: return TemplateText()
        case .text(let text): return text
        case .none: return literal("None")
        case .boolean(let value): return literal(value ? "True" : "False")
        case .integer(let value): return literal("\(value)")
        case .real(let value): return literal("\(value)")
        default:
            var result = TemplateText()
            try appendRepresentation(of: value, to: &result)
            return result
        }
    }

    /// What an error message or a lookup by name makes of a value.
    func plain(_ value: TemplateValue) -> String {
        guard let text = try? text(of: value) else { return value.typeName }
        return String(decoding: text.bytes, as: UTF8.self)
    }

    private func literal(_ string: String) -> TemplateText {
        literal(Array(string.utf8))
    }

    /// Appends what `repr` gives in Python.
    private func appendRepresentation(
        of value: TemplateValue,
        to result: inout TemplateText
    ) throws(TokenizerError) {
        try spend(1)
        try checkGrowth(of: result)
        switch value {
        case .text(let text):
            try spend(characters: text)
            appendQuoted(text, to: &result)
        case .list(let list):
            result.append(literal(list.isTuple ? "(" : "["))
            for (index, item) in list.items.enumerated() {
                if index > 0 { result.append(literal(", ")) }
                try appendRepresentation(of: item, to: &result)
            }
            if list.isTuple, list.items.count == 1 { result.append(literal(",")) }
            result.append(literal(list.isTuple ? ")" : "]"))
        case .mapping(let mapping):
            result.append(literal("{"))
            for (index, entry) in mapping.entries.enumerated() {
                if index > 0 { result.append(literal(", ")) }
                try appendRepresentation(of: entry.key, to: &result)
                result.append(literal(": "))
                try appendRepresentation(of: entry.value, to: &result)
            }
            result.append(literal("}"))
        case .undefined: result.append(literal("Undefined"))
        case .namespace, .loop, .macro, .function: result.append(literal("<\(value.typeName)>"))
        case .none, .boolean, .integer, .real: result.append(try text(of: value))
        }
    }

    private func appendQuoted(_ text: TemplateText, to result: inout TemplateText) {
        let single = UInt8(ascii: "'")
        let isDouble = text.bytes.contains(single) && !text.bytes.contains(UInt8(ascii: "\""))
        let quote = isDouble ? UInt8(ascii: "\"") : single
        result.append(literal([quote]))
        result.append(
            text.mapScalars { scalar in
                switch scalar {
                case "\\": "\\\\"
                case "\n": "\\n"
                case "\r": "\\r"
                case "\t": "\\t"
                case _ where scalar.value == UInt32(quote): "\\\(scalar)"
                case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                    "\\x" + scalar.hexadecimal(digits: 2)
                default: String(Character(scalar))
                }
            }
        )
        result.append(literal([quote]))
    }

    // MARK: - JSON

    /// The value as JSON, written as Python's `json.dumps` does with `ensure_ascii` off.
    func json(
        _ value: TemplateValue,
        indentation: Int?,
        separators: (item: TemplateText, key: TemplateText)?,
        isSorted: Bool
    ) throws(TokenizerError) -> TemplateText {
        var writer = JSONLayout(
            indentation: indentation,
            itemSeparator: separators?.item ?? literal(indentation == nil ? ", " : ","),
            keySeparator: separators?.key ?? literal(": "),
            isSorted: isSorted
        )
        try appendJSON(value, &writer)
        return writer.text
    }

    private struct JSONLayout {
        let indentation: Int?
        let itemSeparator: TemplateText
        let keySeparator: TemplateText
        let isSorted: Bool
        var level = 0
        var text = TemplateText()

        mutating func breakLine(_ literal: ([UInt8]) -> TemplateText) {
            guard let indentation else { return }
            text.append(literal([0x0A] + [UInt8](repeating: 0x20, count: indentation * level)))
        }
    }

    private func appendJSON(
        _ value: TemplateValue,
        _ json: inout JSONLayout
    ) throws(TokenizerError) {
        try spend(1)
        try checkGrowth(of: json.text)
        switch value {
        case .none: json.text.append(literal("null"))
        case .boolean(let value): json.text.append(literal(value ? "true" : "false"))
        case .integer, .real: json.text.append(try text(of: value))
        case .text(let text):
            try spend(characters: text)
            appendJSONString(text, to: &json.text)
        case .list(let list):
            try appendJSON(list.items.count, in: ("[", "]"), &json) {
                (index, json) throws(TokenizerError) in
                try appendJSON(list.items[index], &json)
            }
        case .mapping(let mapping):
            var entries = mapping.entries
            if json.isSorted {
                entries = try sorted(entries) { (left, right) throws(TokenizerError) in
                    try precedes(left.key, right.key)
                }
            }
            try appendJSON(entries.count, in: ("{", "}"), &json) {
                (index, json) throws(TokenizerError) in
                appendJSONString(try text(of: entries[index].key), to: &json.text)
                json.text.append(json.keySeparator)
                try appendJSON(entries[index].value, &json)
            }
        case .undefined, .namespace, .loop, .macro, .function:
            throw failure("\(value.typeName) cannot be written as JSON")
        }
    }

    private func appendJSON(
        _ count: Int,
        in brackets: (open: String, close: String),
        _ json: inout JSONLayout,
        _ append: (Int, inout JSONLayout) throws(TokenizerError) -> Void
    ) throws(TokenizerError) {
        json.text.append(literal(brackets.open))
        json.level += 1
        for index in 0..<count {
            if index > 0 { json.text.append(json.itemSeparator) }
            json.breakLine(literal)
            try append(index, &json)
        }
        json.level -= 1
        if count > 0 { json.breakLine(literal) }
        json.text.append(literal(brackets.close))
    }

    private func appendJSONString(_ text: TemplateText, to result: inout TemplateText) {
        result.append(literal("\""))
        result.append(
            text.mapScalars { scalar in
                switch scalar {
                case "\"": "\\\""
                case "\\": "\\\\"
                case "\n": "\\n"
                case "\r": "\\r"
                case "\t": "\\t"
                case "\u{08}": "\\b"
                case "\u{0C}": "\\f"
                case _ where scalar.value < 0x20: "\\u" + scalar.hexadecimal(digits: 4)
                default: String(Character(scalar))
                }
            }
        )
        result.append(literal("\""))
    }
}

extension Unicode.Scalar {
    fileprivate func hexadecimal(digits: Int) -> String {
        let number = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - number.count)) + number
    }
}
