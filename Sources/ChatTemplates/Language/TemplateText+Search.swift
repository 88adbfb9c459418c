import Tokenizers

extension TemplateText {
    /// The offset of the first occurrence.
    func firstOffset(of pattern: TemplateText) -> Int? {
        pattern.isEmpty ? 0 : offsets(of: pattern, limit: 1).first
    }

    /// The offsets of a non-empty pattern, without overlaps, at most `limit`.
    ///
    /// The time is linear in text and pattern (Knuth, Morris, Pratt 1977), so that no input makes a
    /// template slow.
    func offsets(of pattern: TemplateText, limit: Int = .max) -> [Int] {
        let pattern = pattern.bytes
        guard !pattern.isEmpty, pattern.count <= count, limit > 0 else { return [] }
        // The length of the longest proper prefix of the pattern that ends at each of its bytes.
        var borders = [Int](repeating: 0, count: pattern.count)
        var matched = 0
        for index in 1..<max(pattern.count, 1) {
            while matched > 0, pattern[index] != pattern[matched] { matched = borders[matched - 1] }
            if pattern[index] == pattern[matched] { matched += 1 }
            borders[index] = matched
        }
        var offsets: [Int] = []
        matched = 0
        for (index, byte) in bytes.enumerated() {
            while matched > 0, byte != pattern[matched] { matched = borders[matched - 1] }
            if byte == pattern[matched] { matched += 1 }
            guard matched == pattern.count else { continue }
            offsets.append(index + 1 - matched)
            if offsets.count == limit { break }
            matched = 0
        }
        return offsets
    }

    /// The parts between occurrences of a non-empty pattern.
    func split(separator: TemplateText, limit: Int) -> [TemplateText] {
        var parts: [TemplateText] = []
        var start = 0
        for offset in offsets(of: separator, limit: limit) {
            parts.append(self[start..<offset])
            start = offset + separator.count
        }
        return parts + [self[start..<count]]
    }

    /// The words between runs of white space; after `limit` words the rest is one.
    func splitWords(limit: Int) -> [TemplateText] {
        var words: [TemplateText] = []
        var position = 0
        func skip(whitespace: Bool) {
            while position < count, isWhitespace(at: position) == whitespace {
                position += 1
                while position < count, bytes[position] & 0xC0 == 0x80 { position += 1 }
            }
        }
        skip(whitespace: true)
        while position < count {
            guard words.count < limit else {
                return words + [self[position..<count].trimmed(.end)]
            }
            let start = position
            skip(whitespace: false)
            words.append(self[start..<position])
            skip(whitespace: true)
        }
        return words
    }

    /// The same from the end: before `limit` words the rest is one.
    func splitLastWords(limit: Int) -> [TemplateText] {
        var words: [TemplateText] = []
        var position = count
        func skip(whitespace: Bool) {
            while position > 0 {
                var start = position - 1
                while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
                guard isWhitespace(at: start) == whitespace else { break }
                position = start
            }
        }
        skip(whitespace: true)
        while position > 0 {
            guard words.count < limit else {
                words.append(self[0..<position])
                break
            }
            let end = position
            skip(whitespace: false)
            words.append(self[position..<end])
            skip(whitespace: true)
        }
        return words.reversed()
    }

    // MARK: - Lines

    /// The offsets where lines start, where their text ends and where the next one starts, at most
    /// `limit`; as Python's `splitlines`, also at separators other than the line feed.
    func lines(limit: Int) -> [(start: Int, end: Int, next: Int)] {
        var lines: [(start: Int, end: Int, next: Int)] = []
        var start = 0
        var position = 0
        while position < count, lines.count < limit {
            let length = lineEnd(at: position)
            position += max(length, 1)
            guard length > 0 else { continue }
            lines.append((start, position - length, position))
            start = position
        }
        if start < count, lines.count < limit { lines.append((start, count, count)) }
        return lines
    }

    /// The number of bytes of a line end at this position; 0 if there is none.
    private func lineEnd(at position: Int) -> Int {
        func isNext(_ offset: Int, _ byte: UInt8) -> Bool {
            position + offset < count && bytes[position + offset] == byte
        }
        switch bytes[position] {
        case 0x0D: return isNext(1, 0x0A) ? 2 : 1
        case 0x0A...0x0C, 0x1C...0x1E: return 1
        // U+0085, U+2028, U+2029
        case 0xC2: return isNext(1, 0x85) ? 2 : 0
        case 0xE2: return isNext(1, 0x80) && (isNext(2, 0xA8) || isNext(2, 0xA9)) ? 3 : 0
        default: return 0
        }
    }

    // MARK: - Trimming

    struct Sides: OptionSet {
        let rawValue: Int
        static let start = Sides(rawValue: 1)
        static let end = Sides(rawValue: 2)
        static let both: Sides = [.start, .end]
    }

    /// Without characters of a set, or white space, at its ends.
    func trimmed(_ sides: Sides, of characters: TemplateText? = nil) -> TemplateText {
        let set = characters.map { Set(String(decoding: $0.bytes, as: UTF8.self).unicodeScalars) }
        func isTrimmed(_ range: Range<Int>) -> Bool {
            guard let set else { return isWhitespace(at: range.lowerBound) }
            let scalars = String(decoding: bytes[range], as: UTF8.self).unicodeScalars
            return scalars.allSatisfy(set.contains)
        }
        var (start, end) = (0, count)
        while sides.contains(.start), start < end {
            var next = start + 1
            while next < end, bytes[next] & 0xC0 == 0x80 { next += 1 }
            guard isTrimmed(start..<next) else { break }
            start = next
        }
        while sides.contains(.end), start < end {
            var previous = end - 1
            while previous > start, bytes[previous] & 0xC0 == 0x80 { previous -= 1 }
            guard isTrimmed(previous..<end) else { break }
            end = previous
        }
        return self[start..<end]
    }

    /// Whether the character at this offset is white space in Python.
    func isWhitespace(at offset: Int) -> Bool {
        if (0x1C...0x1F).contains(bytes[offset]) { return true }
        return bytes.withUnsafeBufferPointer {
            $0.scalar(at: offset, before: $0.count).kind == .whitespace
        }
    }
}
