extension TemplateInterpreter {
    /// The printed text of a value, as Python's `str` returns it.
    func text(of value: TemplateValue) throws(TemplateError) -> TemplateText {
        switch value {
        case .undefined: return TemplateText()
        case .text(let text): return text
        case .none: return literal("None")
        case .boolean(let value): return literal(value ? "True" : "False")
        case .integer(let value): return literal("\(value)")
        case .real(let value): return literal(value.pythonText)
        default: return try representation(of: value)
        }
    }

    /// The text that Python's `repr` returns.
    func representation(of value: TemplateValue) throws(TemplateError) -> TemplateText {
        var result = TemplateText()
        try appendRepresentation(of: value, to: &result)
        return result
    }

    /// The text of a value in an error message or a lookup by name.
    func plain(_ value: TemplateValue) -> String {
        guard let text = try? text(of: value) else { return value.typeName }
        return String(decoding: text.bytes, as: UTF8.self)
    }

    private func literal(_ string: String) -> TemplateText {
        literal(Array(string.utf8))
    }

    /// Appends the text that Python's `repr` returns.
    private func appendRepresentation(
        of value: TemplateValue,
        to result: inout TemplateText
    ) throws(TemplateError) {
        try spend(1)
        try checkGrowth(of: result)
        switch value {
        case .text(let text):
            try spend(characters: text)
            if text.isMarkup { result.append(literal("Markup(")) }
            appendQuoted(text, to: &result)
            if text.isMarkup { result.append(literal(")")) }
        case .list(let list):
            if let view = list.view { result.append(literal(view + "(")) }
            result.append(literal(list.isTuple ? "(" : "["))
            for (index, item) in list.items.enumerated() {
                if index > 0 { result.append(literal(", ")) }
                try appendRepresentation(of: item, to: &result)
            }
            if list.isTuple, list.items.count == 1 { result.append(literal(",")) }
            result.append(literal(list.isTuple ? ")" : "]"))
            if list.view != nil { result.append(literal(")")) }
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
        case .namespace, .loop, .macro, .function, .generator, .method:
            throw failure("\(value.typeName) cannot be printed")
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
                case _ where !scalar.isPrintable:
                    scalar.value < 0x100
                        ? "\\x" + scalar.hexadecimal(digits: 2)
                        : scalar.value < 0x10000
                            ? "\\u" + scalar.hexadecimal(digits: 4)
                            : "\\U" + scalar.hexadecimal(digits: 8)
                default: String(Character(scalar))
                }
            }
        )
        result.append(literal([quote]))
    }

    // MARK: - JSON

    /// The value as JSON, as Python's `json.dumps` writes it.
    func json(
        _ value: TemplateValue,
        indentation: TemplateText?,
        separators: (item: TemplateText, key: TemplateText)?,
        isSorted: Bool,
        isASCII: Bool
    ) throws(TemplateError) -> TemplateText {
        var writer = JSONLayout(
            indentation: indentation,
            itemSeparator: separators?.item ?? literal(indentation == nil ? ", " : ","),
            keySeparator: separators?.key ?? literal(": "),
            isSorted: isSorted,
            isASCII: isASCII
        )
        try appendJSON(value, &writer)
        return writer.text
    }

    private struct JSONLayout {
        let indentation: TemplateText?
        let itemSeparator: TemplateText
        let keySeparator: TemplateText
        let isSorted: Bool
        let isASCII: Bool
        var level = 0
        var text = TemplateText()

        mutating func breakLine(_ literal: ([UInt8]) -> TemplateText) {
            guard let indentation else { return }
            text.append(literal([0x0A]))
            for _ in 0..<level { text.append(indentation) }
        }
    }

    private func appendJSON(
        _ value: TemplateValue,
        _ json: inout JSONLayout
    ) throws(TemplateError) {
        try spend(1)
        try checkGrowth(of: json.text)
        switch value {
        case .none: json.text.append(literal("null"))
        case .boolean(let value): json.text.append(literal(value ? "true" : "false"))
        case .integer: json.text.append(try text(of: value))
        case .real(let value):
            let isFinite = value.isFinite
            let extreme = value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
            json.text.append(literal(isFinite ? value.pythonText : extreme))
        case .text(let text):
            try spend(characters: text)
            appendJSONString(text, to: &json)
        case .list(let list) where list.view == nil:
            try appendJSON(list.items.count, in: ("[", "]"), &json) {
                (index, json) throws(TemplateError) in
                try appendJSON(list.items[index], &json)
            }
        case .mapping(let mapping):
            var entries = mapping.entries
            if json.isSorted {
                entries = try sorted(entries) { (left, right) throws(TemplateError) in
                    try precedes(left.key, right.key)
                }
            }
            try appendJSON(entries.count, in: ("{", "}"), &json) {
                (index, json) throws(TemplateError) in
                appendJSONString(try memberName(entries[index].key), to: &json)
                json.text.append(json.keySeparator)
                try appendJSON(entries[index].value, &json)
            }
        case .undefined, .list, .namespace, .loop, .macro, .function, .generator, .method:
            throw failure("\(value.typeName) cannot be written as JSON")
        }
    }

    private func appendJSON(
        _ count: Int,
        in brackets: (open: String, close: String),
        _ json: inout JSONLayout,
        _ append: (Int, inout JSONLayout) throws(TemplateError) -> Void
    ) throws(TemplateError) {
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

    /// The name of a mapping's key in JSON, where only texts are names.
    private func memberName(_ key: TemplateValue) throws(TemplateError) -> TemplateText {
        switch key {
        case .none: return literal("null")
        case .boolean(let value): return literal(value ? "true" : "false")
        case .text, .integer, .real: return try text(of: key)
        default: throw failure("\(key.typeName) cannot be a name in JSON")
        }
    }

    private func appendJSONString(_ text: TemplateText, to json: inout JSONLayout) {
        let isASCII = json.isASCII
        json.text.append(literal("\""))
        json.text.append(
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
                case _ where isASCII && scalar.value > 0x7E:
                    scalar.utf16.map { "\\u" + UInt32($0).hexadecimal(digits: 4) }.joined()
                default: String(Character(scalar))
                }
            }
        )
        json.text.append(literal("\""))
    }
}

extension Unicode.Scalar {
    fileprivate func hexadecimal(digits: Int) -> String { value.hexadecimal(digits: digits) }
}

extension UInt32 {
    fileprivate func hexadecimal(digits: Int) -> String {
        let number = String(self, radix: 16)
        return String(repeating: "0", count: Swift.max(0, digits - number.count)) + number
    }
}
