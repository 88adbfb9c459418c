/// The text of a file, and the places in it.
struct DocumentText {
    /// The longest file that is read, in bytes.
    static let maxBytes = 16 << 20

    let text: String
    private let bytes: [UInt8]
    /// The byte at which each line begins.
    private let lines: [Int]
    private let placeholders: [SourcePosition]

    /// Checks the bytes of a file.
    ///
    /// A byte order mark is left out. A fault is added if this is not text in UTF-8.
    init?(_ bytes: [UInt8], _ faults: DocumentFaults) {
        let start = SourcePosition(line: 1, column: 1)
        guard bytes.count <= Self.maxBytes else {
            let most = Self.maxBytes >> 20
            faults.add(start, "The file is larger than \(most) MB, so it cannot be a flow.")
            return nil
        }
        // Without the mark, every other byte of the first characters is 0.
        let isWide = bytes.count > 1 && (bytes[0] == 0) != (bytes[1] == 0)
        if isWide || bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            faults.add(start, "The file is in UTF-16; save it in UTF-8.")
            return nil
        }
        let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        guard let text = String(validating: content, as: UTF8.self) else {
            let place = Self.invalidByte(in: content)
            let line = content[..<place].count { $0 == UInt8(ascii: "\n") } + 1
            faults.add(.init(line: line, column: 1), "This line is not in UTF-8.")
            return nil
        }
        self.text = text
        self.bytes = content
        var lines = [0]
        for (place, byte) in content.enumerated() {
            // A carriage return alone ends a line, too.
            let isAlone = byte == 0x0D && (place + 1 == content.count || content[place + 1] != 0x0A)
            if byte == 0x0A || isAlone { lines.append(place + 1) }
        }
        self.lines = lines
        placeholders = Self.placeholders(content, lines)
    }

    private static func invalidByte(in bytes: [UInt8]) -> Int {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var count = 0
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar): count += UTF8.width(scalar)
            case .emptyInput, .error: return min(count, bytes.count)
            }
        }
    }

    /// The number of characters that may stand between two values: about as many values need memory
    /// before they can be counted.
    var separatorCount: Int { bytes.count { ",:\n-".utf8.contains($0) } }

    /// The line with a number from 1, without its end.
    func line(_ number: Int) -> Substring {
        guard lines.indices.contains(number - 1) else { return "" }
        let end = number < lines.count ? lines[number] : bytes.count
        return Substring(decoding: bytes[lines[number - 1]..<end], as: UTF8.self)
            .prefix { !$0.isNewline }
    }

    /// The number of lines.
    var lineCount: Int { lines.count }

    /// The places of the first `${` at or after a place.
    func placeholders(after position: SourcePosition, count: Int) -> ArraySlice<SourcePosition> {
        var low = 0
        var high = placeholders.count
        while low < high {
            let middle = (low + high) / 2
            let place = placeholders[middle]
            if (place.line, place.column) < (position.line, position.column) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return placeholders[low...].prefix(count)
    }

    /// All places of `${`, found once: a file may be one long line.
    private static func placeholders(_ bytes: [UInt8], _ lines: [Int]) -> [SourcePosition] {
        var place = SourcePosition(line: 1, column: 1)
        var found: [SourcePosition] = []
        for byte in bytes.indices {
            if place.line < lines.count, byte == lines[place.line] {
                place.line += 1
                place.column = 1
            } else if byte > 0, bytes[byte] & 0xC0 != 0x80 {
                place.column += 1
            }
            let isSign = bytes[byte] == UInt8(ascii: "$") && byte + 1 < bytes.count
            if isSign, bytes[byte + 1] == UInt8(ascii: "{") { found.append(place) }
        }
        return found
    }
}
