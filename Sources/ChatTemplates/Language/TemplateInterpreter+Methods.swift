internal import Tokenizers

extension TemplateInterpreter {
    /// Calls a method of a string, list, mapping or loop; nil if there is none with that name.
    func callMethod(
        _ name: String,
        of value: TemplateValue,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue? {
        switch value {
        case .text(let text):
            try check(arguments, TemplateSignature.ofText[name], of: name)
            return try callMethod(name, of: text, arguments)
        case .mapping(let mapping):
            try check(arguments, TemplateSignature.ofMapping[name], of: name)
            return try callMethod(name, of: mapping, arguments)
        case .list(let list) where list.view == nil:
            if !list.isTuple || name != "copy" {
                try check(arguments, TemplateSignature.ofList[name], of: name)
            }
            return try callMethod(name, of: list, arguments)
        case .loop(let loop):
            try check(arguments, TemplateSignature.ofLoop[name], of: name)
            switch name {
            case "cycle":
                return arguments.positional[loop.index % arguments.positional.count]
            case "changed": return .boolean(try changed(loop, arguments))
            default: return nil
            }
        default: return nil
        }
    }

    /// Whether values differ from those of the previous iteration.
    private func changed(
        _ loop: TemplateLoop,
        _ arguments: Arguments
    ) throws(TemplateError) -> Bool {
        let values = TemplateValue.list(TemplateList(arguments.positional))
        if let seen = loop.seen, try areEqual(.list(TemplateList(seen)), values) { return false }
        loop.seen = arguments.positional
        return true
    }

    private func callMethod(
        _ name: String,
        of mapping: TemplateMapping,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue? {
        switch name {
        case "items": return try items(of: mapping)
        case "keys": return try makeList(mapping.entries.map(\.key), view: "dict_keys")
        case "values": return try makeList(mapping.entries.map(\.value), view: "dict_values")
        case "copy": return .mapping(mapping)
        case "get":
            return try index(of: arguments.positional[0], in: mapping.entries)
                .map { mapping.entries[$0].value }
                ?? arguments.value(1, "default") ?? TemplateValue.none
        default: return nil
        }
    }

    /// A mapping's keys and values as pairs.
    func items(of mapping: TemplateMapping) throws(TemplateError) -> TemplateValue {
        try makeList(pairs(of: mapping), view: "dict_items")
    }

    func pairs(of mapping: TemplateMapping) -> [TemplateValue] {
        mapping.entries.map { .list(TemplateList([$0.key, $0.value], isTuple: true)) }
    }

    private func callMethod(
        _ name: String,
        of list: TemplateList,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue? {
        switch name {
        case "index":
            let wanted = arguments.positional[0]
            let range = try range(arguments, names: ("start", "stop"), of: name, list.items.count)
            for (index, item) in zip(range, list.items[range]) where try areEqual(item, wanted) {
                return .integer(index)
            }
            throw failure("the list does not contain the value of index")
        case "count":
            var count = 0
            for item in list.items where try areEqual(item, arguments.positional[0]) { count += 1 }
            return .integer(count)
        case "copy" where !list.isTuple: return .list(list)
        case "append", "extend", "insert", "pop", "remove":
            throw failure("a template cannot change a list; it can add lists with \"+\"")
        default: return nil
        }
    }

    private func callMethod(
        _ name: String,
        of text: TemplateText,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue? {
        switch name {
        case "upper", "lower", "capitalize", "title", "split", "rsplit", "splitlines", "swapcase",
            "casefold":
            try spend(characters: text)
        default:
            try spend(text.count / 16)
        }
        switch name {
        case "strip": return .text(text.trimmed(.both, of: try characters(arguments)))
        case "lstrip": return .text(text.trimmed(.start, of: try characters(arguments)))
        case "rstrip": return .text(text.trimmed(.end, of: try characters(arguments)))
        case "upper": return try makeText(text.uppercased)
        case "lower": return try makeText(text.lowercased)
        case "capitalize": return try makeText(text.capitalized)
        case "title": return try makeText(text.titlecased { !$0.properties.isCased })
        case "split", "rsplit": return try split(text, fromEnd: name == "rsplit", arguments)
        case "splitlines": return try splitLines(text, arguments)
        case "startswith", "endswith":
            return .boolean(try hasAffix(text, atEnd: name == "endswith", arguments))
        case "removeprefix", "removesuffix":
            let affix = try textArgument(arguments, 0, "prefix", of: name)
            let isSuffix = name == "removesuffix"
            guard hasAffix(text, affix, atEnd: isSuffix) else { return .text(text) }
            return .text(
                isSuffix
                    ? text[0..<text.count - affix.count] : text[affix.count..<text.count]
            )
        case "replace": return try replace(text, arguments)
        case "format": return try formatted(text, arguments)
        case "partition", "rpartition":
            return try partition(text, fromEnd: name == "rpartition", arguments)
        case "swapcase":
            return try makeText(text.swappingCase)
        case "casefold": return try makeText(text.mapScalars(\.casefolded))
        case "isascii": return .boolean(text.bytes.allSatisfy { $0 < 0x80 })
        case "find", "rfind", "index", "rindex":
            if let place = try place(in: text, fromEnd: name.hasPrefix("r"), arguments, of: name) {
                return .integer(place)
            }
            guard name.hasSuffix("index") else { return .integer(-1) }
            throw failure("the string does not contain the argument of \(name)")
        case "count":
            let sought = try textArgument(arguments, 0, "sub", of: name)
            guard let part = try part(of: text, arguments, of: name) else { return .integer(0) }
            return .integer(
                sought.isEmpty ? part.text.scalarCount + 1 : part.text.offsets(of: sought).count
            )
        case "join":
            let items = try self.items(of: arguments.positional[0])
            for item in items {
                guard case .text = item else {
                    throw failure("\"join\" joins strings, not \(item.typeName)")
                }
            }
            return try join(items, separator: text)
        case "isdecimal": return .boolean(text.consists(of: \.isDecimal))
        case "isdigit": return .boolean(text.consists { $0.isDecimal || $0.isDigit })
        case "isnumeric": return .boolean(text.consists(of: \.isNumeric))
        case "isalpha": return .boolean(text.consists { $0.kind == .letter })
        case "isalnum": return .boolean(text.consists { $0.kind == .letter || $0.isNumeric })
        case "isspace": return .boolean(!text.isEmpty && text.trimmed(.both).isEmpty)
        case "isupper": return .boolean(text.isUpper)
        case "islower": return .boolean(text.isLower)
        default: return try pad(name, text, arguments)
        }
    }

    func characters(_ arguments: Arguments) throws(TemplateError) -> TemplateText? {
        switch arguments.value(0, "chars") {
        case nil, .some(.none): return nil
        case .text(let text): return text
        case let value?: throw failure("\(value.typeName) cannot be trimmed from a string")
        }
    }

    func textArgument(
        _ arguments: Arguments,
        _ index: Int,
        _ name: String,
        of function: String
    ) throws(TemplateError) -> TemplateText {
        guard case .text(let text)? = arguments.value(index, name) else {
            throw failure("\"\(function)\" needs a string as argument \(index + 1)")
        }
        return text
    }

    private func hasAffix(_ text: TemplateText, _ affix: TemplateText, atEnd: Bool) -> Bool {
        atEnd
            ? text.bytes.suffix(affix.count).elementsEqual(affix.bytes)
            : text.bytes.starts(with: affix.bytes)
    }

    private func hasAffix(
        _ text: TemplateText,
        atEnd: Bool,
        _ arguments: Arguments
    ) throws(TemplateError) -> Bool {
        let name = atEnd ? "endswith" : "startswith"
        var affixes = [arguments.positional[0]]
        if case .list(let list) = affixes[0], list.isTuple { affixes = list.items }
        let part = try part(of: text, arguments, of: name)
        for value in affixes {
            guard case .text(let affix) = value else {
                throw failure(
                    "\"\(name)\" needs a string or a tuple of strings, not \(value.typeName)"
                )
            }
            if let part, hasAffix(part.text, affix, atEnd: atEnd) { return true }
        }
        return false
    }

    private func split(
        _ text: TemplateText,
        fromEnd: Bool,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        let name = fromEnd ? "rsplit" : "split"
        let limit = try integerArgument(arguments, 1, "maxsplit", of: name) ?? -1
        var parts: [TemplateText]
        switch arguments.value(0, "sep") {
        case nil, .some(.none):
            let maximum = limit < 0 ? Limit.listItems + 1 : min(limit, Limit.listItems + 1)
            parts = fromEnd ? text.splitLastWords(limit: maximum) : text.splitWords(limit: maximum)
        case .text(let separator):
            guard !separator.isEmpty else { throw failure("the separator is empty") }
            if fromEnd, limit >= 0 {
                // Splits beyond the limit are undone by joining their parts.
                let offsets = text.offsets(of: separator).suffix(limit)
                parts = []
                var start = 0
                for offset in offsets {
                    parts.append(text[start..<offset])
                    start = offset + separator.count
                }
                parts.append(text[start..<text.count])
            } else {
                // One more than the limit, so that excess is detected.
                let maximum = Limit.listItems
                parts = text.split(
                    separator: separator,
                    limit: limit < 0 ? maximum : min(limit, maximum)
                )
            }
        case let value?:
            throw failure("\(value.typeName) cannot separate a string")
        }
        return try makeList(parts.map { .text($0) })
    }

    private func splitLines(
        _ text: TemplateText,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        let keepsEnds = try integerArgument(arguments, 0, "keepends", of: "splitlines") ?? 0 != 0
        // One more than the limit, so that excess is detected.
        let lines = text.lines(limit: Limit.listItems + 1)
        return try makeList(
            lines.map { .text(text[$0.start..<(keepsEnds ? $0.next : $0.end)]) }
        )
    }

    /// Replaces one string by another, which keeps its origin.
    func replace(
        _ text: TemplateText,
        _ arguments: Arguments,
        isFilter: Bool = false
    ) throws(TemplateError) -> TemplateValue {
        let old = try textArgument(arguments, 0, "old", of: "replace")
        let new = try textArgument(arguments, 1, "new", of: "replace")
        let limit =
            try integerArgument(
                arguments,
                2,
                "count",
                of: "replace",
                isNoneDefault: isFilter
            ) ?? -1
        var offsets: [Int]
        if old.isEmpty {
            offsets = text.scalarOffsets
            if limit >= 0 { offsets = Array(offsets.prefix(limit)) }
        } else {
            offsets = text.offsets(of: old, limit: limit < 0 ? .max : limit)
        }
        let growth = offsets.count.multipliedReportingOverflow(by: new.count)
        try checkLength(growth.overflow ? .max : growth.partialValue + text.count)
        try spend(offsets.count)
        var result = TemplateText()
        var start = 0
        for offset in offsets {
            result.append(text[start..<offset])
            result.append(new)
            start = offset + old.count
        }
        result.append(text[start..<text.count])
        return .text(result)
    }
}

extension TemplateText {
    /// The offset of the last occurrence.
    func lastOffset(of pattern: TemplateText) -> Int? {
        let reversed = TemplateText(bytes.reversed())
        return reversed.firstOffset(of: TemplateText(pattern.bytes.reversed()))
            .map { count - $0 - pattern.count }
    }
}
