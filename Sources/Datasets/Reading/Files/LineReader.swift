import Glibc

/// Reads a file line by line, as bytes, holding one line and one block at a time.
///
/// Lines end in `\n` or `\r\n`; a byte order mark at the start is dropped; every line is checked to
/// be UTF-8.
struct LineReader: ~Copyable {
    /// A line, without its end, and its number from 1.
    struct Line {
        let number: Int
        let bytes: [UInt8]

        /// Holds nothing but spaces and tabs.
        var isBlank: Bool {
            bytes.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        }
    }

    private let path: String
    private let longestLine: Int
    private let descriptor: Int32
    private var block = [UInt8](repeating: 0, count: 1 << 18)
    private var unread = 0..<0
    private var number = 0

    /// Opens a file.
    ///
    /// - Throws: `DatasetError` when it is not there or not readable.
    init(path: String, longestLine: Int) throws {
        self.path = path
        self.longestLine = longestLine
        // A pipe without a writer would block for ever.
        let opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else { throw DatasetError.reading(path, errno) }
        var status = stat()
        guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            throw DatasetError(
                .unreadable,
                "\(path) is no plain file.",
                hint: "copy its content into a file first"
            )
        }
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// The next line, or nil at the end.
    ///
    /// - Throws: `DatasetError` for a line that is not UTF-8 or too long, and for a failed read.
    mutating func next() throws -> Line? {
        var line: [UInt8] = []
        var isFound = false
        while !isFound {
            if unread.isEmpty, try !fill() { break }
            let end = block[unread].firstIndex(of: UInt8(ascii: "\n"))
            line.append(contentsOf: block[unread.lowerBound..<(end ?? unread.upperBound)])
            unread = (end.map { $0 + 1 } ?? unread.upperBound)..<unread.upperBound
            isFound = end != nil
            guard line.count <= longestLine else {
                throw DatasetError(
                    .tooLong,
                    at: RecordSource(file: path, line: number + 1),
                    "the line is longer than \(longestLine) bytes",
                    hint: "divide the row, or check that its line ends are there"
                )
            }
        }
        guard isFound || !line.isEmpty else { return nil }
        number += 1
        if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        if isFound, line.last == UInt8(ascii: "\r") { line.removeLast() }
        try checkUTF8(line)
        return Line(number: number, bytes: line)
    }

    /// Reads the next block; false at the end of the file.
    private mutating func fill() throws -> Bool {
        while true {
            let count = block.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw DatasetError.reading(path, errno) }
            unread = 0..<count
            return count > 0
        }
    }

    private func checkUTF8(_ line: [UInt8]) throws {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: line.span)
        } catch {
            let start = error.byteOffsets.lowerBound
            throw DatasetError(
                .notUTF8,
                at: RecordSource(file: path, line: number),
                column: start + 1,
                "byte 0x\(String(line[start], radix: 16)) is not UTF-8",
                hint: "convert the file, for example: iconv -f CP949 -t UTF-8"
            )
        }
    }
}

extension DatasetError {
    /// What the system said when a file was opened or read.
    static func reading(_ path: String, _ number: Int32) -> DatasetError {
        if number == ENOENT || number == ENOTDIR {
            return DatasetError(.notFound, "there is no dataset at \(path)", hint: "check the path")
        }
        return DatasetError(
            .unreadable,
            "cannot read \(path): \(String(cString: strerror(number)))"
        )
    }
}
