extension TemplateInterpreter {
    /// The range of the start and end after the searched value: counted from the end if they are
    /// negative, and clamped.
    ///
    /// - Parameter count: The number of characters or items.
    func range(
        _ arguments: Arguments,
        names: (start: String, end: String) = ("start", "end"),
        of function: String,
        _ count: Int
    ) throws(TemplateError) -> Range<Int> {
        let (start, end) = try bounds(arguments, names: names, of: function, count)
        return start..<max(start, end)
    }

    /// The part of a text from a start to an end, and the character at which it begins; nil if the
    /// end is before the start, so that not even an empty string is found.
    func part(
        of text: TemplateText,
        _ arguments: Arguments,
        of function: String
    ) throws(TemplateError) -> (text: TemplateText, start: Int)? {
        guard arguments.positional.count > 1 else { return (text, 0) }
        let offsets = text.scalarOffsets
        let count = offsets.count - 1
        let (start, end) = try bounds(
            arguments,
            names: ("start", "end"),
            of: function,
            count,
            isCut: false
        )
        guard start <= end else { return nil }
        return (text[offsets[start]..<offsets[end]], start)
    }

    /// The character at which `find` and similar methods find the first or last occurrence.
    func place(
        in text: TemplateText,
        fromEnd: Bool,
        _ arguments: Arguments,
        of function: String
    ) throws(TemplateError) -> Int? {
        let sought = try textArgument(arguments, 0, "sub", of: function)
        guard let part = try part(of: text, arguments, of: function) else { return nil }
        let offset =
            fromEnd ? part.text.lastOffset(of: sought) : part.text.firstOffset(of: sought)
        return offset.map { part.start + part.text[0..<$0].scalarCount }
    }

    private func bounds(
        _ arguments: Arguments,
        names: (start: String, end: String),
        of function: String,
        _ count: Int,
        isCut: Bool = true
    ) throws(TemplateError) -> (start: Int, end: Int) {
        func bound(_ index: Int, _ name: String) throws(TemplateError) -> Int? {
            let bound = try integerArgument(
                arguments,
                index,
                name,
                of: function,
                // Lists have no such default.
                isNoneDefault: !isCut
            )
            return bound.map { $0 < 0 ? max(0, $0 + count) : $0 }
        }
        let start = try bound(1, names.start) ?? 0
        let end = min(try bound(2, names.end) ?? count, count)
        return (isCut ? min(start, count) : start, end)
    }
}
