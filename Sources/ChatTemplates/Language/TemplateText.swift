/// The origin of bytes in a rendered template.
struct TemplateOrigin: Sendable, Equatable {
    /// The message that they come from, or that the template wrote them for.
    var message: Int?
    /// The part of the message; nil if the template wrote them.
    var field: RenderedChat.Field?
    /// Whether they are in a `generation` block.
    var isGenerated = false
}

/// A string of the template language: bytes that keep their origin through every operation.
struct TemplateText: Sendable {
    /// Bytes of one origin, starting at the end of the previous run.
    struct Run: Sendable {
        var end: Int
        var origin: TemplateOrigin
    }

    private(set) var bytes: [UInt8] = []
    /// The origins of the bytes, in order; no run is empty.
    private(set) var runs: [Run] = []
    /// Whether the filter `safe` was applied: Jinja then escapes a string that is added with `+`,
    /// though nothing else is escaped in a chat template.
    var isMarkup = false

    init() {}

    init(_ bytes: [UInt8], origin: TemplateOrigin = TemplateOrigin()) {
        self.bytes = bytes
        if !bytes.isEmpty { runs = [Run(end: bytes.count, origin: origin)] }
    }

    init(_ string: String) {
        self.init(Array(string.utf8))
    }

    var count: Int { bytes.count }
    var isEmpty: Bool { bytes.isEmpty }

    // MARK: - Building

    mutating func append(_ other: TemplateText) {
        let start = bytes.count
        bytes += other.bytes
        for run in other.runs { appendRun(end: start + run.end, run.origin) }
    }

    mutating func append(_ other: some Sequence<UInt8>, origin: TemplateOrigin) {
        bytes.append(contentsOf: other)
        appendRun(end: bytes.count, origin)
    }

    private mutating func appendRun(end: Int, _ origin: TemplateOrigin) {
        guard end > runs.last?.end ?? 0 else { return }
        if runs.last?.origin == origin {
            runs[runs.count - 1].end = end
        } else {
            runs.append(Run(end: end, origin: origin))
        }
    }

    /// The same bytes with changed origins.
    func mapOrigins(_ change: (TemplateOrigin) -> TemplateOrigin) -> TemplateText {
        var result = TemplateText()
        result.bytes = bytes
        for run in runs { result.appendRun(end: run.end, change(run.origin)) }
        return result
    }

    subscript(range: Range<Int>) -> TemplateText {
        guard range != 0..<count else { return self }
        var result = TemplateText()
        result.bytes = Array(bytes[range])
        result.isMarkup = isMarkup
        var index = runs.partitionIndex { $0.end > range.lowerBound }
        while index < runs.count, !range.isEmpty {
            let end = min(runs[index].end, range.upperBound)
            result.appendRun(end: end - range.lowerBound, runs[index].origin)
            if end == range.upperBound { break }
            index += 1
        }
        return result
    }

    // MARK: - Characters

    /// The offsets of characters (Unicode scalars), and of the end.
    var scalarOffsets: [Int] {
        bytes.indices.filter { bytes[$0] & 0xC0 != 0x80 } + [count]
    }

    /// The number of characters, as Python counts them.
    var scalarCount: Int {
        bytes.reduce(0) { $1 & 0xC0 != 0x80 ? $0 + 1 : $0 }
    }

    /// The text with each character replaced; replacements keep its origin.
    func mapScalars(_ change: (Unicode.Scalar) -> String) -> TemplateText {
        var result = TemplateText()
        result.isMarkup = isMarkup
        var start = 0
        for run in runs {
            var mapped: [UInt8] = []
            let part = String(decoding: bytes[start..<run.end], as: UTF8.self)
            for scalar in part.unicodeScalars { mapped += Array(change(scalar).utf8) }
            result.append(mapped, origin: run.origin)
            start = run.end
        }
        return result
    }
}
