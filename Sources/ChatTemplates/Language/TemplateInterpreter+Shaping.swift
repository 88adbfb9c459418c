internal import Tokenizers

extension TemplateInterpreter {
    /// Truncates a text that is longer than a limit, by default at a space.
    func truncate(
        _ text: TemplateText,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        let length = try integerArgument(arguments, 0, "length", of: "truncate") ?? 255
        let cutsWords = arguments.value(1, "killwords")?.isTruthy ?? false
        var end = literal(Array("...".utf8))
        if arguments.value(2, "end") != nil {
            end = try textArgument(arguments, 2, "end", of: "truncate")
        }
        let leeway =
            try integerArgument(arguments, 3, "leeway", of: "truncate", isNoneDefault: true) ?? 5
        guard length >= end.scalarCount, leeway >= 0 else {
            throw failure("truncate needs a length of at least that of its end")
        }
        let offsets = text.scalarOffsets
        guard length < offsets.count - 1 - min(leeway, offsets.count) else { return .text(text) }
        var kept = text[0..<offsets[length - end.scalarCount]]
        if !cutsWords, let space = kept.bytes.lastIndex(of: 0x20) { kept = kept[0..<space] }
        kept.append(end)
        return try makeText(kept)
    }

    /// The number of runs of letters, digits and underscores.
    func wordCount(_ text: TemplateText) -> Int {
        var count = 0
        var isInside = false
        for scalar in String(decoding: text.bytes, as: UTF8.self).unicodeScalars {
            let isWord = scalar.kind == .letter || scalar.isNumeric || scalar == "_"
            if isWord, !isInside { count += 1 }
            isInside = isWord
        }
        return count
    }

    enum Side {
        case left, right, center
    }

    /// The text padded to a width.
    func padded(
        _ text: TemplateText,
        to width: Int,
        with fill: TemplateText,
        textAt side: Side
    ) throws(TemplateError) -> TemplateValue {
        let missing = width.subtractingReportingOverflow(text.scalarCount).partialValue
        guard width > 0, missing > 0 else { return .text(text) }
        guard fill.scalarCount == 1 else { throw failure("the fill must be one character") }
        let length = missing.multipliedReportingOverflow(by: fill.count)
        try checkLength(length.overflow ? .max : length.partialValue)
        try spend(missing)
        // As in Python if the two sides cannot be equal.
        let left =
            switch side {
            case .left: 0
            case .right: missing
            case .center: missing / 2 + (missing & width & 1)
            }
        var result = TemplateText().markup(text.isMarkup)
        for _ in 0..<left { result.append(fill) }
        result.append(text)
        for _ in left..<missing { result.append(fill) }
        return try makeText(result)
    }

    /// The result of a string method that pads, or nil for other names.
    func pad(
        _ name: String,
        _ text: TemplateText,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue? {
        let side: Side
        switch name {
        case "ljust": side = .left
        case "rjust": side = .right
        case "center": side = .center
        case "zfill": return try zeroFilled(text, arguments)
        default: return nil
        }
        let width = try integerArgument(arguments, 0, "width", of: name) ?? 0
        var fill = literal([0x20])
        if arguments.value(1, "fillchar") != nil {
            fill = try textArgument(arguments, 1, "fillchar", of: name)
        }
        guard fill.scalarCount == 1 else { throw failure("the fill must be one character") }
        return try padded(text, to: width, with: fill, textAt: side)
    }

    private func zeroFilled(
        _ text: TemplateText,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        let width = try integerArgument(arguments, 0, "width", of: "zfill") ?? 0
        let hasSign = text.bytes.first.map { "+-".utf8.contains($0) } ?? false
        let sign = text[0..<(hasSign ? 1 : 0)]
        let rest = try padded(
            text[sign.count..<text.count],
            to: width - min(sign.count, max(width, 0)),
            with: literal([0x30]),
            textAt: .right
        )
        guard case .text(let digits) = rest else { return rest }
        var result = sign
        result.append(digits)
        return .text(result)
    }

    /// The part before a separator, the separator, and the part after it.
    func partition(
        _ text: TemplateText,
        fromEnd: Bool,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        let name = fromEnd ? "rpartition" : "partition"
        let separator = try textArgument(arguments, 0, "sep", of: name)
        guard !separator.isEmpty else { throw failure("the separator is empty") }
        let offset =
            fromEnd ? text.lastOffset(of: separator) : text.firstOffset(of: separator)
        guard let offset else {
            let parts =
                fromEnd ? [TemplateText(), TemplateText(), text] : [text, .init(), .init()]
            return try makeList(parts.map { .text($0) }, isTuple: true)
        }
        let end = offset + separator.count
        let parts = [text[0..<offset], text[offset..<end], text[end..<text.count]]
        return try makeList(parts.map { .text($0) }, isTuple: true)
    }
}
