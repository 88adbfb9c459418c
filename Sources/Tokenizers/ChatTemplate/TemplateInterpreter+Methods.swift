extension TemplateInterpreter {
    /// Calls a method of a string, list, mapping or loop; nil if there is none of the name.
    func callMethod(
        _ name: String,
        of value: TemplateValue,
        _ arguments: Arguments
    ) throws(TokenizerError) -> TemplateValue? {
        switch value {
        case .text(let text): try callMethod(name, of: text, arguments)
        case .mapping(let mapping): try callMethod(name, of: mapping, arguments)
        case .list(let list): try callMethod(name, of: list, arguments)
        case .loop(let loop) where name == "cycle" && !arguments.positional.isEmpty:
            arguments.positional[loop.index % arguments.positional.count]
        case .loop(let loop) where name == "changed": .boolean(try changed(loop, arguments))
        default: nil
        }
    }

    /// Whether values differ from those of the iteration before.
    private func changed(
        _ loop: TemplateLoop,
        _ arguments: Arguments
    ) throws(TokenizerError) -> Bool {
        let values = TemplateValue.list(TemplateList(arguments.positional))
        if let seen = loop.seen, try areEqual(.list(TemplateList(seen)), values) { return false }
        loop.seen = arguments.positional
        return true
    }

    private func callMethod(
        _ name: String,
        of mapping: TemplateMapping,
        _ arguments: Arguments
    ) throws(TokenizerError) -> TemplateValue? {
        switch name {
        case "items": return try items(of: mapping)
        case "keys": return try makeList(mapping.entries.map(\.key), view: "dict_keys")
        case "values": return try makeList(mapping.entries.map(\.value), view: "dict_values")
        case "copy": return .mapping(mapping)
        case "get":
            guard let key = arguments.value(0, "key") else { throw failure("get needs a key") }
            return try index(of: key, in: mapping.entries).map { mapping.entries[$0].value }
                ?? arguments.value(1, "default") ?? TemplateValue.none
        default: return nil
        }
    }

    /// A mapping's keys and values as pairs.
    func items(of mapping: TemplateMapping) throws(TokenizerError) -> TemplateValue {
        try makeList(pairs(of: mapping), view: "dict_items")
    }

    func pairs(of mapping: TemplateMapping) -> [TemplateValue] {
        mapping.entries.map { .list(TemplateList([$0.key, $0.value], isTuple: true)) }
    }

    private func callMethod(
        _ name: String,
        of list: TemplateList,
        _ arguments: Arguments
    ) throws(TokenizerError) -> TemplateValue? {
        switch (name, arguments.positional.first) {
        case ("index", let wanted?):
            for (index, item) in list.items.enumerated() where try areEqual(item, wanted) {
                return .integer(index)
            }
            throw failure("the list does not contain what index looks for")
        case ("count", let wanted?):
            var count = 0
            for item in list.items where try areEqual(item, wanted) { count += 1 }
            return .integer(count)
        case ("copy", nil): return .list(list)
        case ("append", _), ("extend", _), ("insert", _), ("pop", _), ("remove", _):
            throw failure("a template cannot change a list; it can add lists with \"+\"")
        default: return nil
        }
    }

    private func callMethod(
        _ name: String,
        of text: TemplateText,
        _ arguments: Arguments
    ) throws(TokenizerError) -> TemplateValue? {
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
            let affix = try textArgument(arguments, 0, "affix", of: name)
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
            return try makeText(
                text.mapScalars {
                    $0.properties.isUppercase
                        ? $0.properties.lowercaseMapping : $0.properties.uppercaseMapping
                }
            )
        case "casefold": return try makeText(text.lowercased)
        case "isascii": return .boolean(text.bytes.allSatisfy { $0 < 0x80 })
        case "find", "rfind", "index", "rindex":
            let part = try textArgument(arguments, 0, "sub", of: name)
            let offset =
                name.hasPrefix("r") ? text.lastOffset(of: part) : text.firstOffset(of: part)
            guard let offset else {
                if name.hasSuffix("index") {
                    throw failure("the string does not contain what index seeks")
                }
                return .integer(-1)
            }
            return .integer(text[0..<offset].scalarCount)
        case "count":
            let part = try textArgument(arguments, 0, "sub", of: name)
            return .integer(part.isEmpty ? text.scalarCount + 1 : text.offsets(of: part).count)
        case "join":
            guard let items = arguments.positional.first else {
                throw failure("join needs a list")
            }
            return try join(self.items(of: items), separator: text)
        case "isdigit", "isnumeric", "isdecimal":
            return .boolean(text.consists { $0.properties.generalCategory == .decimalNumber })
        case "isalpha": return .boolean(text.consists { $0.kind == .letter })
        case "isalnum":
            return .boolean(text.consists { $0.kind == .letter || $0.kind == .number })
        case "isspace": return .boolean(!text.isEmpty && text.trimmed(.both).isEmpty)
        case "isupper": return .boolean(text.isCased && text.uppercased.bytes == text.bytes)
        case "islower": return .boolean(text.isCased && text.lowercased.bytes == text.bytes)
        default: return try pad(name, text, arguments)
        }
    }

    private func characters(_ arguments: Arguments) throws(TokenizerError) -> TemplateText? {
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
    ) throws(TokenizerError) -> TemplateText {
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
    ) throws(TokenizerError) -> Bool {
        if case .list(let affixes)? = arguments.positional.first {
            for case .text(let affix) in affixes.items where hasAffix(text, affix, atEnd: atEnd) {
                return true
            }
            return false
        }
        let affix = try textArgument(
            arguments,
            0,
            "affix",
            of: atEnd ? "endswith" : "startswith"
        )
        return hasAffix(text, affix, atEnd: atEnd)
    }

    private func split(
        _ text: TemplateText,
        fromEnd: Bool,
        _ arguments: Arguments
    ) throws(TokenizerError) -> TemplateValue {
        let limit = arguments.value(1, "maxsplit")?.integer ?? -1
        var parts: [TemplateText]
        switch arguments.value(0, "sep") {
        case nil, .some(.none):
            let words = text.splitWords(
                limit: fromEnd || limit < 0 ? Limit.listItems + 1 : min(limit, Limit.listItems + 1)
            )
            guard !fromEnd || limit < 0 || limit >= words.count else {
                throw failure("rsplit needs a separator if it has a limit")
            }
            parts = words
        case .text(let separator):
            guard !separator.isEmpty else { throw failure("the separator is empty") }
            if fromEnd, limit >= 0 {
                // Splits that lie too early are undone by keeping their text in one part.
                let offsets = text.offsets(of: separator).suffix(limit)
                parts = []
                var start = 0
                for offset in offsets {
                    parts.append(text[start..<offset])
                    start = offset + separator.count
                }
                parts.append(text[start..<text.count])
            } else {
                // One more than is allowed, so that what is too much is refused.
                let most = Limit.listItems
                parts = text.split(separator: separator, limit: limit < 0 ? most : min(limit, most))
            }
        case let value?:
            throw failure("\(value.typeName) cannot separate a string")
        }
        return try makeList(parts.map { .text($0) })
    }

    private func splitLines(
        _ text: TemplateText,
        _ arguments: Arguments
    ) throws(TokenizerError) -> TemplateValue {
        let keepsEnds = arguments.value(0, "keepends")?.isTruthy ?? false
        var lines: [TemplateValue] = []
        var start = 0
        while start < text.count {
            let end = text.bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? text.count
            let isPair =
                end + 1 < text.count && text.bytes[end] == 0x0D
                && text.bytes[end + 1] == 0x0A
            let next = min(end + (isPair ? 2 : 1), text.count)
            lines.append(.text(text[start..<(keepsEnds ? next : end)]))
            guard lines.count <= Limit.listItems else { break }
            start = next
        }
        return try makeList(lines)
    }

    /// Replaces one string by another, whose origin comes with it.
    func replace(
        _ text: TemplateText,
        _ arguments: Arguments
    ) throws(TokenizerError)
        -> TemplateValue
    {
        let old = try textArgument(arguments, 0, "old", of: "replace")
        let new = try textArgument(arguments, 1, "new", of: "replace")
        let limit = arguments.value(2, "count")?.integer ?? -1
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
    /// The place of the last occurrence.
    func lastOffset(of pattern: TemplateText) -> Int? {
        let reversed = TemplateText(bytes.reversed())
        return reversed.firstOffset(of: TemplateText(pattern.bytes.reversed()))
            .map { count - $0 - pattern.count }
    }

    /// Whether all characters, and at least one, are such.
    fileprivate func consists(of isSuch: (Unicode.Scalar) -> Bool) -> Bool {
        !isEmpty && String(decoding: bytes, as: UTF8.self).unicodeScalars.allSatisfy(isSuch)
    }

    fileprivate var isCased: Bool {
        String(decoding: bytes, as: UTF8.self).unicodeScalars.contains { $0.properties.isCased }
    }
}

extension Unicode.Scalar {
    fileprivate var kind: ScalarKind { ScalarKind(codePoint: value) }
}
