extension TemplateInterpreter {
    /// Applies a filter.
    func apply(
        _ filter: TemplateFilter?,
        name: String,
        to value: TemplateValue,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        guard let filter else { throw failure("the filter \"\(name)\" is not supported") }
        try check(arguments, TemplateSignature.ofFilters[filter.rawValue], of: name)
        switch filter {
        case .default, .d:
            let replacesFalse = arguments.value(1, "boolean")?.isTruthy ?? false
            var isReplaced = replacesFalse && !value.isTruthy
            if case .undefined = value { isReplaced = true }
            return isReplaced
                ? arguments.value(0, "default_value") ?? .text(TemplateText()) : value
        case .tojson: return try toJSON(value, arguments)
        case .string: return .text(try text(of: value))
        case .safe: return .text(try text(of: value).markup(true))
        case .escape, .e, .forceescape:
            let text = try text(of: value)
            try spend(characters: text)
            if text.isMarkup, filter != .forceescape { return value }
            return try makeText(text.escaped)
        case .items:
            if case .undefined = value { return try makeGenerator([]) }
            guard case .mapping(let mapping) = value else {
                throw failure("\(value.typeName) has no items")
            }
            return try makeGenerator(pairs(of: mapping))
        case .attr:
            let name = try textArgument(arguments, 0, "name", of: "attr")
            // Not a key: only what follows a dot in Python.
            if case .mapping = value {
                return method(String(decoding: name.bytes, as: UTF8.self), of: value)
                    ?? .undefined(plain(.text(name)))
            }
            return try attribute(String(decoding: name.bytes, as: UTF8.self), of: value)
        case .indent, .truncate:
            guard case .text(let text) = value else {
                throw failure("\"\(name)\" is for strings, not \(value.typeName)")
            }
            return try applyToText(filter, text, arguments)
        case .trim, .upper, .lower, .capitalize, .title, .replace, .wordcount, .center, .format:
            return try applyToText(filter, text(of: value), arguments)
        case .abs, .int, .float, .round: return try applyToNumber(filter, value, arguments)
        default: return try applyToSequence(filter, value, arguments)
        }
    }

    private func applyToText(
        _ filter: TemplateFilter,
        _ text: TemplateText,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        if filter == .trim { try spend(text.count / 64) } else { try spend(characters: text) }
        switch filter {
        case .trim:
            return .text(text.trimmed(.both, of: try characters(arguments)))
        case .upper: return try makeText(text.uppercased)
        case .lower: return try makeText(text.lowercased)
        case .capitalize: return try makeText(text.capitalized)
        case .title:
            return try makeText(text.capitalizedWords.markup(false))
        case .indent: return try indent(text, arguments)
        case .truncate: return try truncate(text, arguments)
        case .wordcount: return .integer(wordCount(text))
        case .center:
            return try padded(
                text,
                to: integerArgument(arguments, 0, "width", of: "center") ?? 80,
                with: literal([0x20]),
                textAt: .center
            )
        case .format:
            guard arguments.named.isEmpty || arguments.positional.isEmpty else {
                throw failure("\"format\" takes values or names, not both")
            }
            guard !arguments.named.isEmpty else {
                let values = try makeList(arguments.positional, isTuple: true)
                return try interpolated(text, values)
            }
            return try interpolated(
                text,
                makeMapping(arguments.named.map { (.text(TemplateText($0.name)), $0.value) })
            )
        default:
            var texts = arguments
            for index in texts.positional.indices.prefix(2) {
                texts.positional[index] = .text(try self.text(of: texts.positional[index]))
            }
            for index in texts.named.indices where texts.named[index].name != "count" {
                texts.named[index].value = .text(try self.text(of: texts.named[index].value))
            }
            return try replace(text.markup(false), texts, isFilter: true)
        }
    }

    private func indent(
        _ text: TemplateText,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        let prefix: TemplateText
        switch arguments.value(0, "width") {
        case nil: prefix = literal([UInt8](repeating: 0x20, count: 4))
        case .text(let text)?: prefix = text
        case let value?:
            guard let width = value.integer else {
                throw failure("\"width\" of \"indent\" is \(value.typeName)")
            }
            try checkLength(width)
            prefix = literal([UInt8](repeating: 0x20, count: max(0, width)))
        }
        let indentsFirst = arguments.value(1, "first")?.isTruthy ?? false
        let indentsBlank = arguments.value(2, "blank")?.isTruthy ?? false
        let newline = literal([0x0A])
        // Lines end as in Python; a final line feed starts one more.
        var ended = text
        ended.append(newline)
        let lines = ended.lines(limit: .max).map { ended[$0.start..<$0.end] }
        let growth = lines.count.multipliedReportingOverflow(by: prefix.count)
        try checkLength(growth.overflow ? .max : growth.partialValue + text.count)
        try spend(lines.count)
        var result = TemplateText()
        for (index, line) in lines.enumerated() {
            if index > 0 { result.append(newline) }
            if index == 0 ? indentsFirst : indentsBlank || !line.isEmpty { result.append(prefix) }
            result.append(line)
        }
        return .text(result)
    }

    private func applyToNumber(
        _ filter: TemplateFilter,
        _ value: TemplateValue,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        switch filter {
        case .abs:
            if case .real(let value) = value { return .real(abs(value)) }
            guard let integer = value.integer else {
                throw failure("\(value.typeName) has no absolute value")
            }
            return integer < 0 ? try negated(.integer(integer)) : .integer(integer)
        case .int: return try whole(value, arguments)
        case .float:
            if case .undefined(let name) = value {
                throw failure("\"\(name)\" is undefined and not a number")
            }
            if let number = value.real { return .real(number) }
            if case .text(let text) = value, let number = text.pythonNumber {
                return .real(number)
            }
            return arguments.value(0, "default") ?? .real(0)
        default: return try round(value, arguments)
        }
    }

    private func toJSON(
        _ value: TemplateValue,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        let isASCII = arguments.value(0, "ensure_ascii")?.isTruthy ?? false
        let isSorted = arguments.value(3, "sort_keys")?.isTruthy ?? false
        return .text(
            try json(
                value,
                indentation: indentation(arguments),
                separators: separators(arguments),
                isSorted: isSorted,
                isASCII: isASCII
            )
        )
    }

    /// The indentation of a line of JSON for each level; nil for one line.
    private func indentation(
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateText? {
        switch arguments.value(1, "indent") {
        case nil, .some(.none): return nil
        case .text(let text): return text
        case let value?:
            guard let width = value.integer else {
                throw failure("\"indent\" of \"tojson\" is \(value.typeName)")
            }
            guard width <= 64 else { throw excess("tojson cannot indent by \(width)") }
            return literal([UInt8](repeating: 0x20, count: max(0, width)))
        }
    }

    /// The separators of JSON between items and after names.
    private func separators(
        _ arguments: Arguments
    ) throws(TemplateError) -> (item: TemplateText, key: TemplateText)? {
        switch arguments.value(2, "separators") {
        case nil, .some(.none): return nil
        case .list(let list) where list.items.count == 2:
            guard case .text(let item) = list.items[0], case .text(let key) = list.items[1] else {
                break
            }
            return (item, key)
        default: break
        }
        throw failure("\"separators\" of \"tojson\" are two strings")
    }
}
