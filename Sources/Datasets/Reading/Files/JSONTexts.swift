import JSON

/// One JSON value of a file, as it is written, and its position.
struct JSONText {
    let bytes: [UInt8]
    let line: Int
    let column: Int
    /// Whether it has no end, so that what follows cannot be separated from it.
    var isOpen = false

    /// Whether a comment starts at a byte, as in dialects of JSON.
    func hasComment(at offset: Int) -> Bool {
        let rest = bytes.dropFirst(offset)
        return ["//", "/*", "#"].contains { rest.starts(with: $0.utf8) }
    }
}

/// Finds the consecutive values of a file: one per line, several in a line, or each over several
/// lines.
///
/// If the first value is in one line, every line is read separately: a broken one hides none after
/// it. If the first spans several lines, values are separated by their brackets.
struct JSONTexts: ~Copyable {
    private enum Layout {
        case unknown
        case lines
        case overLines
    }

    private let path: String
    /// A larger value is refused, in bytes; the first, which may be the whole file, may be larger.
    private let maxRowSize: Int
    private var lines: LineReader
    private var layout = Layout.unknown
    private var isFirst = true
    /// Whether nothing more can be read.
    private(set) var isAtEnd = false
    /// Lines that were read too early, the next one last.
    private var returned: [LineReader.Line] = []
    /// The rest of a line.
    private var rest: (bytes: [UInt8], start: Int, place: TextPlace)?

    /// Opens a file.
    ///
    /// - Throws: `DatasetError` if it does not exist or is not readable.
    init(path: String, maxRowSize: Int) throws {
        self.path = path
        self.maxRowSize = maxRowSize
        lines = try LineReader(path: path, maxLineSize: maxRowSize)
    }

    /// The next value, or whatever is in the place of one; nil at the end.
    ///
    /// - Throws: `DatasetError` for a line that is not UTF-8, after which reading continues, and
    ///   for a value that is too large.
    mutating func next() throws -> JSONText? {
        while true {
            if let (bytes, start, place) = rest {
                rest = nil
                if let text = try text(in: bytes, from: start, place) { return text }
            }
            guard !isAtEnd, let line = try nextLine() else { return nil }
            rest = (line.bytes, 0, TextPlace(line: line.number))
        }
    }

    private mutating func nextLine() throws -> LineReader.Line? {
        try returned.popLast() ?? lines.next()
    }

    /// The value that begins in a line; nil if there is none.
    private mutating func text(
        in bytes: [UInt8],
        from start: Int,
        _ place: TextPlace
    ) throws -> JSONText? {
        guard let begin = beginning(in: bytes, from: start) else { return nil }
        var place = place
        place.advance(to: begin, in: bytes)
        defer { isFirst = false }
        var border = JSONBorder()
        guard border.opens(bytes[begin]) else {
            return JSONText(bytes: Array(bytes[begin...]), line: place.line, column: place.column)
        }
        if let end = border.end(in: bytes, from: begin) {
            if layout == .unknown, !isFirst || bytes[begin] == UInt8(ascii: "{") { layout = .lines }
            return close(bytes, begin..<end, place)
        }
        return try gather(bytes, from: begin, place, border)
    }

    private mutating func close(
        _ bytes: [UInt8],
        _ range: Range<Int>,
        _ place: TextPlace
    ) -> JSONText {
        if range.upperBound < bytes.count {
            var behind = place
            behind.advance(to: range.upperBound, in: bytes)
            rest = (bytes, range.upperBound, behind)
        }
        let isWhole = range == 0..<bytes.count
        return JSONText(
            bytes: isWhole ? bytes : Array(bytes[range]),
            line: place.line,
            column: place.column
        )
    }

    /// Reads until the value ends; if it does not, or is invalid, the line is read separately.
    private mutating func gather(
        _ first: [UInt8],
        from begin: Int,
        _ place: TextPlace,
        _ border: JSONBorder
    ) throws -> JSONText {
        let alone = JSONText(bytes: Array(first[begin...]), line: place.line, column: place.column)
        // A list that is the whole file is recognized by its elements' faults.
        let isList = isFirst && first[begin] == UInt8(ascii: "[")
        if layout == .lines, border.isInString { return alone }
        var border = border
        var bytes = first
        var read: [LineReader.Line] = []
        var end: Int?
        var isCut = border.isInString && !isList
        while end == nil, !isCut {
            let line: LineReader.Line
            do {
                guard let next = try nextLine() else { break }
                line = next
            } catch {
                // What follows would begin inside a value.
                isAtEnd = true
                throw error
            }
            if layout == .lines, line.bytes.first == UInt8(ascii: "{") {
                returned.append(line)
                break
            }
            bytes.append(UInt8(ascii: "\n"))
            let start = bytes.count
            bytes += line.bytes
            guard bytes.count <= (isFirst ? 16 : 1) * maxRowSize else { throw tooLong(place) }
            if layout != .overLines, !isList { read.append(line) }
            end = border.end(in: bytes, from: start)
            isCut = end == nil && border.isInString && !isList
        }
        // A broken row in one line: the next line begins another row.
        let next = read.first?.bytes.first ?? UInt8(ascii: "{")
        let isRow = next == UInt8(ascii: "{") || next == UInt8(ascii: "[")
        let goesOverLines = layout == .overLines || isList || !isRow
        if let end {
            if goesOverLines || Self.isSound(Array(bytes[begin..<end])) {
                if layout == .unknown, !isList { layout = .overLines }
                return close(bytes, begin..<end, place)
            }
        } else if layout != .lines, goesOverLines {
            // After a value without an end no other can be found.
            isAtEnd = true
            if isCut { bytes.append(UInt8(ascii: "\n")) }
            return JSONText(
                bytes: Array(bytes[begin...]),
                line: place.line,
                column: place.column,
                isOpen: true
            )
        }
        layout = .lines
        returned += read.reversed()
        return alone
    }

    private static func isSound(_ bytes: [UInt8]) -> Bool {
        (try? JSONParser.parse(bytes, takesNonFinite: true)) != nil
    }

    /// The start of the next value; skips commas between values and byte order marks of
    /// concatenated files.
    private func beginning(in bytes: [UInt8], from start: Int) -> Int? {
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"),
                UInt8(ascii: ",") where !isFirst:
                index += 1
            case TextEncoding.mark[0] where bytes[index...].starts(with: TextEncoding.mark):
                index += TextEncoding.mark.count
            default: return index
            }
        }
        return nil
    }

    private func tooLong(_ place: TextPlace) -> DatasetError {
        let maximum = (isFirst ? 16 : 1) * maxRowSize
        return DatasetError(
            .tooLong,
            at: RecordSource(file: path, line: place.line),
            "a JSON value that begins here is longer than \(maximum) bytes",
            hint: "write the file as JSON Lines, one object a line"
        )
    }
}

/// Finds the end of a list or an object, byte by byte.
private struct JSONBorder {
    private var depth = 0
    private var isEscaped = false
    private(set) var isInString = false

    func opens(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
    }

    /// The offset after the last bracket; nil if it is beyond these bytes.
    mutating func end(in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBufferPointer { end(in: $0, from: start) }
    }

    private mutating func end(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth <= 0 { return index }
            default: break
            }
        }
        return nil
    }
}

/// A line and column of a text, advanced without reading any byte twice.
struct TextPlace {
    private(set) var line: Int
    private(set) var column: Int
    private var offset = 0

    init(line: Int, column: Int = 1) {
        self.line = line
        self.column = column
    }

    /// Advances to a byte; the column counts characters, not bytes.
    mutating func advance(to target: Int, in bytes: [UInt8]) {
        for byte in bytes[offset..<max(offset, min(target, bytes.count))] {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        offset = max(offset, min(target, bytes.count))
    }
}
