@_spi(_Unicode) internal import Swift

/// A change that a tokenizer makes to text before it finds tokens.
public enum TextEdit: Sendable, Hashable {
    /// Unicode's NFC: `e` and an accent become `é`, jamo become syllables.
    case compose
    /// Every occurrence of a text is replaced by another.
    case replace([UInt8], with: [UInt8])
    /// A non-empty text is prefixed with this.
    case prepend([UInt8])
    /// A non-empty text is prefixed with this, unless it starts with it.
    case prependUnlessThere([UInt8])
    /// The same, but only at the start of the whole text and not after a special token.
    case prependAtStart([UInt8])
    /// A non-empty text is prefixed with a space, unless it starts with white space.
    case prependSpace
}

/// A part of a text during editing.
struct EditedText {
    private(set) var bytes: [UInt8]
    /// For each byte, and for the end, its position in the whole text; nil if not recorded.
    private(set) var origins: [Int]?
    /// Whether it starts at the beginning of the whole text.
    private var isStart: Bool

    init(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, recordsOrigins: Bool) {
        bytes = Array(text[range])
        origins = recordsOrigins ? Array(range.lowerBound...range.upperBound) : nil
        isStart = range.lowerBound == 0
    }

    /// A part of it.
    func part(_ range: Range<Int>) -> EditedText {
        var part = self
        guard range != 0..<bytes.count else { return part }
        part.bytes = Array(bytes[range])
        part.origins = origins.map { Array($0[range.lowerBound...range.upperBound]) }
        part.isStart = isStart && range.lowerBound == 0
        return part
    }

    mutating func apply(_ edits: [TextEdit]) {
        for edit in edits where !bytes.isEmpty { apply(edit) }
    }

    private mutating func apply(_ edit: TextEdit) {
        switch edit {
        case .compose:
            compose()
        case .replace(let old, let new):
            replace(old, with: new)
        case .prepend(let text):
            prepend(text)
        case .prependUnlessThere(let text):
            if !bytes.starts(with: text) { prepend(text) }
        case .prependAtStart(let text):
            if isStart, !bytes.starts(with: text) { prepend(text) }
        case .prependSpace:
            let startsWithSpace = bytes.withUnsafeBufferPointer {
                CharacterClass.whitespace.end(in: $0, at: 0, before: $0.count) != nil
            }
            if !startsWithSpace { prepend([0x20]) }
        }
    }

    private mutating func prepend(_ text: [UInt8]) {
        bytes.insert(contentsOf: text, at: 0)
        if let first = origins?.first {
            origins?.insert(contentsOf: repeatElement(first, count: text.count), at: 0)
        }
    }

    private mutating func replace(_ old: [UInt8], with new: [UInt8]) {
        guard let first = old.first, bytes.contains(first) else { return }
        var result = Self(emptyLike: self)
        var position = 0
        while position < bytes.count {
            if bytes[position] == first, bytes[position...].starts(with: old) {
                result.append(new, from: origins?[position])
                position += old.count
            } else {
                result.bytes.append(bytes[position])
                if let origin = origins?[position] { result.origins?.append(origin) }
                position += 1
            }
        }
        finish(with: result)
    }

    private init(emptyLike text: EditedText) {
        bytes = []
        bytes.reserveCapacity(text.bytes.count)
        origins = text.origins == nil ? nil : []
        isStart = text.isStart
    }

    private mutating func append(_ text: some Collection<UInt8>, from origin: Int?) {
        bytes += text
        if let origin { origins?.append(contentsOf: repeatElement(origin, count: text.count)) }
    }

    private mutating func finish(with result: EditedText) {
        let end = origins?.last
        self = result
        if let end { origins?.append(end) }
    }
}

// MARK: - NFC

extension EditedText {
    private mutating func compose() {
        guard !Self.isComposed(bytes) else { return }
        var result = Self(emptyLike: self)
        bytes.withUnsafeBufferPointer { text in
            var start = 0
            while start < text.count {
                let end = Self.groupEnd(in: text, from: start)
                let group = text[start..<end]
                if end - start == 1 {
                    result.append(group, from: origins?[start])
                } else {
                    var composed: [UInt8] = []
                    for scalar in String(decoding: group, as: UTF8.self)._nfc {
                        composed += UTF8.encode(scalar).map(Array.init) ?? []
                    }
                    if composed.elementsEqual(group) {
                        result.bytes += group
                        if let origins { result.origins?.append(contentsOf: origins[start..<end]) }
                    } else {
                        result.append(composed, from: origins?[start])
                    }
                }
                start = end
            }
        }
        finish(with: result)
    }

    private static func isComposed(_ bytes: [UInt8]) -> Bool {
        if bytes.allSatisfy({ $0 < 0x80 }) { return true }
        // Invalid UTF-8 is checked byte by byte.
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        return text._nfc.elementsEqual(text.unicodeScalars)
    }

    /// The end of a group of characters that composes independently: one and those that may join
    /// it.
    private static func groupEnd(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        guard text[start] < 0x80 || text.multibyteScalar(at: start, before: text.count) != nil
        else { return start + 1 }
        var end = start + text.scalarLength(at: start, before: text.count)
        while end < text.count, text[end] >= 0x80,
            let (codePoint, length) = text.multibyteScalar(at: end, before: text.count),
            mayJoin(codePoint)
        {
            end += length
        }
        return end
    }

    /// Whether a character may compose with the previous one: marks, jamo and the vowel signs of
    /// Kirat Rai, the only such letters.
    private static func mayJoin(_ codePoint: UInt32) -> Bool {
        switch codePoint {
        case 0x1160...0x11FF, 0x16D63...0x16D6A: true
        default: !CharacterKinds.marks.isDisjoint(with: CharacterKinds(codePoint: codePoint))
        }
    }
}

extension CharacterClass {
    static let whitespace = CharacterClass(kinds: .whitespace)
    static let wordCharacters = CharacterClass(kinds: .wordCharacters)
}
