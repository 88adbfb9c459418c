extension TemplateInterpreter {
    /// Applies a filter.
    func apply(
        _ filter: TemplateFilter?,
        name: String,
        to value: TemplateValue,
        _ arguments: Arguments
    ) throws(TokenizerError) -> TemplateValue {
        guard let filter else { throw failure("the filter \"\(name)\" is not supported") }
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
            return try attribute(String(decoding: name.bytes, as: UTF8.self), of: value)
        case .trim, .upper, .lower, .capitalize, .title, .replace, .indent, .truncate, .wordcount,
            .center, .format:
            return try applyToText(filter, text(of: value), arguments)
        case .abs, .int, .float, .round: return try applyToNumber(filter, value, arguments)
        default: return try applyToSequence(filter, value, arguments)
        }
    }

    private func applyToText(
        _ filter: TemplateFilter,
        _ text: TemplateText,
        _ arguments: Arguments
    ) throws(TokenizerError) -> TemplateValue {
        if filter == .trim { try spend(text.count / 64) } else { try spend(characters: text) }
        switch filter {
        case .trim:
            guard case .text(let characters)? = arguments.value(0, "chars") else {
                return .text(text.trimmed(.both))
            }
            return .text(text.trimmed(.both, of: characters))
        case .upper: return try makeText(text.uppercased)
        case .lower: return try makeText(text.lowercased)
        case .capitalize: return try makeText(text.capitalized)
        case .title:
            return try makeText(
                text.titlecased {
                    "-([{<".unicodeScalars.contains($0) || $0.properties.isWhitespace
                }.markup(false)
            )
        case .indent: return try indent(text, arguments)
        case .truncate: return try truncate(text, arguments)
        case .wordcount: return .integer(wordCount(text))
        case .center:
            return try padded(
                text,
                to: arguments.value(0, "width")?.integer ?? 80,
                with: literal([0x20]),
                textAt: .center
            )
        case .format:
            guard !arguments.named.isEmpty else {
                let values = try makeList(arguments.positional, isTuple: true)
                return try interpolated(text, values)
            }
            return try interpolated(
                text,
                makeMapping(arguments.named.map { (.text(TemplateText($0.name)), $0.value) })
            )
        default: return try replace(text.markup(false), arguments)
        }
    }

    private func indent(
        _ text: TemplateText,
        _ arguments: Arguments
    ) throws(TokenizerError) -> TemplateValue {
        let prefix: TemplateText
        switch arguments.value(0, "width") {
        case nil: prefix = literal([UInt8](repeating: 0x20, count: 4))
        case .text(let text)?: prefix = text
        case let value?:
            guard let width = value.integer else { throw failure("the width is no number") }
            try checkLength(width)
            prefix = literal([UInt8](repeating: 0x20, count: max(0, width)))
        }
        let indentsFirst = arguments.value(1, "first")?.isTruthy ?? false
        let indentsBlank = arguments.value(2, "blank")?.isTruthy ?? false
        let newline = literal([0x0A])
        let lines = text.split(separator: newline, limit: .max)
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
    ) throws(TokenizerError) -> TemplateValue {
        switch filter {
        case .abs:
            if case .real(let value) = value { return .real(abs(value)) }
            guard let integer = value.integer else {
                throw failure("\(value.typeName) has no absolute value")
            }
            return integer < 0 ? try negated(.integer(integer)) : .integer(integer)
        case .int:
            if let integer = value.integer { return .integer(integer) }
            let number: Double?
            switch value {
            case .real(let value): number = value
            case .text(let text):
                let string = String(decoding: text.trimmed(.both).bytes, as: UTF8.self)
                if let integer = Int(string) { return .integer(integer) }
                number = Double(string)
            default: number = nil
            }
            if let number, let integer = Int(exactly: number.rounded(.towardZero)) {
                return .integer(integer)
            }
            return arguments.value(0, "default") ?? .integer(0)
        case .float:
            if let number = value.real { return .real(number) }
            if case .text(let text) = value,
                let number = Double(String(decoding: text.trimmed(.both).bytes, as: UTF8.self))
            {
                return .real(number)
            }
            return arguments.value(0, "default") ?? .real(0)
        default: return try round(value, arguments)
        }
    }

    private func toJSON(
        _ value: TemplateValue,
        _ arguments: Arguments
    ) throws(TokenizerError) -> TemplateValue {
        let isASCII = arguments.value(0, "ensure_ascii")?.isTruthy ?? false
        let indentation = arguments.value(1, "indent")?.integer
        if let indentation, !(0...64).contains(indentation) {
            throw failure("tojson cannot indent by \(indentation)")
        }
        var separators: (item: TemplateText, key: TemplateText)?
        if case .list(let list)? = arguments.value(2, "separators"), list.items.count == 2 {
            separators = (try text(of: list.items[0]), try text(of: list.items[1]))
        }
        let isSorted = arguments.value(3, "sort_keys")?.isTruthy ?? false
        return .text(
            try json(
                value,
                indentation: indentation,
                separators: separators,
                isSorted: isSorted,
                isASCII: isASCII
            )
        )
    }
}
