import Glibc
import Platform

/// Reads a file line by line, as bytes, with one line and one block in memory.
///
/// Lines end in `\n` or `\r\n`, or in `\r` if the first line does. A byte order mark at the start
/// of a line is dropped: files may have been concatenated. UTF-16 with a byte order mark is read as
/// well; every line is validated and returned as UTF-8.
struct LineReader: ~Copyable {
    /// A line, without its end, and its number from 1.
    struct Line {
        let number: Int
        let bytes: [UInt8]

        /// Whether it contains only spaces and tabs.
        var isBlank: Bool {
            bytes.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        }
    }

    private let path: String
    private let maxLineSize: Int
    private let file: Descriptor
    /// Whether line ends may occur in double quotes, as in a table.
    private let hasQuotes: Bool
    private var block = [UInt8](repeating: 0, count: 1 << 18)
    /// The content read so far in UTF-8, if the file is not.
    private var transcoded: [UInt8] = []
    private var transcoder: UTF16Transcoder?
    private var unread = 0..<0
    private var number = 0
    private var isAtStart = true
    private var lineEnd = UInt8(ascii: "\n")

    /// Opens a file.
    ///
    /// - Throws: `DatasetError` if it does not exist or is not readable.
    init(path: String, maxLineSize: Int, hasQuotes: Bool = false) throws {
        self.path = path
        self.hasQuotes = hasQuotes
        self.maxLineSize = maxLineSize
        // Opening a pipe without a writer would block.
        guard let opened = Descriptor.open(path, O_RDONLY | O_NONBLOCK) else {
            throw DatasetError.reading(path, errno)
        }
        guard opened.status?.kind == .file else {
            throw DatasetError(
                .unreadable,
                "\(path) is not a regular file.",
                hint: "copy its content into a file first"
            )
        }
        file = opened
    }

    /// The next line, or nil at the end.
    ///
    /// - Throws: `DatasetError` for a line that is not UTF-8 or too long, and for a failed read.
    mutating func next() throws -> Line? {
        var line: [UInt8] = []
        var isFound = false
        while !isFound {
            if unread.isEmpty, try !fill() { break }
            let upper: Int
            if transcoder == nil {
                upper = Self.take(from: block, unread, until: lineEnd, &line)
            } else {
                upper = Self.take(from: transcoded, unread, until: lineEnd, &line)
            }
            isFound = upper < unread.upperBound
            unread = min(upper + 1, unread.upperBound)..<unread.upperBound
            guard line.count <= maxLineSize else {
                throw DatasetError(
                    .tooLong,
                    at: RecordSource(file: path, line: number + 1),
                    "the line is longer than \(maxLineSize) bytes",
                    hint: "divide the row, or check that its line ends are there"
                )
            }
        }
        // The second byte of a Windows line end.
        if lineEnd == UInt8(ascii: "\r"), line.first == UInt8(ascii: "\n") { line.removeFirst() }
        guard isFound || !line.isEmpty else { return nil }
        number += 1
        while line.starts(with: TextEncoding.mark) { line.removeFirst(TextEncoding.mark.count) }
        if isFound, line.last == UInt8(ascii: "\r") { line.removeLast() }
        try checkUTF8(line)
        return Line(number: number, bytes: line)
    }

    /// Appends the bytes before the end of a line; returns its offset, or the end of the block.
    private static func take(
        from block: [UInt8],
        _ part: Range<Int>,
        until end: UInt8,
        _ line: inout [UInt8]
    ) -> Int {
        let found = block[part].firstIndex(of: end) ?? part.upperBound
        line.append(contentsOf: block[part.lowerBound..<found])
        return found
    }

    /// Reads the next block; false at the end of the file.
    private mutating func fill() throws -> Bool {
        while true {
            let count = block.withUnsafeMutableBytes { file.read(into: $0) }
            guard count >= 0 else { throw DatasetError.reading(path, errno) }
            unread = 0..<count
            if isAtStart {
                isAtStart = false
                if case .utf16(let isBigEndian) = try TextEncoding(of: block[unread], path: path) {
                    transcoder = UTF16Transcoder(isBigEndian: isBigEndian)
                }
                transcode(count)
                let isReturn =
                    transcoder == nil
                    ? Self.endsInReturns(block[unread], hasQuotes)
                    : Self.endsInReturns(transcoded[unread], hasQuotes)
                if isReturn { lineEnd = UInt8(ascii: "\r") }
            } else {
                transcode(count)
            }
            // A block may end inside its only character.
            if count > 0, unread.isEmpty { continue }
            return !unread.isEmpty
        }
    }

    /// Converts the bytes that were read to UTF-8; at the end of the file, what is left.
    private mutating func transcode(_ count: Int) {
        guard transcoder != nil else { return }
        transcoded =
            (count == 0 ? transcoder?.finish() : transcoder?.transcode(block[..<count])) ?? []
        unread = 0..<transcoded.count
    }

    /// Whether the first line, outside of quotes, ends in a carriage return only.
    private static func endsInReturns(_ bytes: ArraySlice<UInt8>, _ hasQuotes: Bool) -> Bool {
        var isQuoted = false
        var isFound = false
        for index in bytes.indices {
            let byte = bytes[index]
            if hasQuotes, byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == UInt8(ascii: "\n") { return false }
            guard byte == UInt8(ascii: "\r") else { continue }
            if index + 1 < bytes.endIndex, bytes[index + 1] == UInt8(ascii: "\n") { return false }
            // Outside of tables a stray one is an ordinary character.
            if hasQuotes { return true }
            isFound = true
        }
        return isFound
    }

    private func checkUTF8(_ line: [UInt8]) throws {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: line.span)
        } catch {
            let start = error.byteOffsets.lowerBound
            let isKorean = CP949.isValid(line)
            throw DatasetError(
                .notUTF8,
                at: RecordSource(file: path, line: number),
                column: start + 1,
                transcoder == nil
                    ? "byte 0x\(String(line[start], radix: 16)) is not UTF-8"
                    : "half of a character stands in the UTF-16",
                hint: transcoder != nil
                    ? "write the file again; it was cut or is damaged"
                    : isKorean
                        ? "convert the file, for example: iconv -f CP949 -t UTF-8"
                        : "find out how it is written (file \(path)), and convert it: "
                            + "iconv -f ENCODING -t UTF-8"
            )
        }
    }
}

extension DatasetError {
    /// The error of the system when a file was opened or read.
    static func reading(_ path: String, _ number: Int32) -> DatasetError {
        if number == ENOENT || number == ENOTDIR {
            return DatasetError(.notFound, "there is no dataset at \(path)", hint: "check the path")
        }
        return DatasetError(
            .unreadable,
            "cannot read \(path): \(systemMessage(number))"
        )
    }
}
