import ChatTemplates
import Tokenizers

/// A text as hashes of its words, without case and punctuation; a syllable or Chinese character is
/// a word.
struct TextUnits {
    private(set) var units: [UInt64] = []
    private var syllables = 0

    /// The question and answer of a row, or a document; many rows share the text of a system or
    /// tool.
    init(_ record: Record) {
        switch record.content {
        case .text(let text): add(text)
        case .conversation(let dialogue):
            for message in dialogue.messages
            where message.isByAssistant || message.role.utf8.elementsEqual("user".utf8) {
                add(message.content)
            }
        }
    }

    /// The question of a row.
    init(question record: Record) {
        for message in record.prompt ?? [] { add(message.content) }
    }

    /// Whether most words are syllables, so that a word of other languages counts as three.
    private var isSyllabic: Bool { 2 * syllables > units.count }
    /// The words of a run in a short row.
    var shortestRun: Int { isSyllabic ? 24 : 8 }
    /// The words of a run in this row.
    var runLength: Int {
        let long = isSyllabic ? 39 : 13
        return units.count >= 2 * long ? long : min(shortestRun, max(1, units.count))
    }

    /// A hash of all words.
    var whole: UInt64 { units.reduce(Self.seed) { Self.join($0, $1) } }

    /// Calls `body` with the position and hash of every run of `length` words.
    func forEachRun(of length: Int, _ body: (Int, UInt64) -> Void) {
        guard length > 0, units.count >= length else { return }
        var weight: UInt64 = 1
        for _ in 1..<length { weight = weight &* Self.factor }
        var hash: UInt64 = 0
        for (index, unit) in units.enumerated() {
            if index >= length { hash = hash &- units[index - length] &* weight }
            hash = hash &* Self.factor &+ unit
            if index + 1 >= length { body(index + 1 - length, Self.mixed(hash)) }
        }
    }

    private static let seed: UInt64 = 0xCBF2_9CE4_8422_2325
    private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func join(_ hash: UInt64, _ value: UInt64) -> UInt64 {
        (hash ^ value) &* 0x100_0000_01B3
    }

    /// Mixes a sum's low bits into the high ones.
    private static func mixed(_ hash: UInt64) -> UInt64 {
        var hash = (hash ^ hash >> 32) &* 0xD6E8_FEB8_6659_FD93
        hash ^= hash >> 32
        return hash &* 0xD6E8_FEB8_6659_FD93
    }

    private mutating func add(_ text: String) {
        var word: UInt64?
        func close(_ units: inout [UInt64]) {
            if let whole = word { units.append(Self.mixed(whole)) }
            word = nil
        }
        for scalar in text.composed.unicodeScalars {
            if scalar.isWholeWord {
                close(&units)
                units.append(Self.mixed(Self.join(Self.seed, UInt64(scalar.value))))
                syllables += 1
            } else if scalar.isInWord {
                let folded = scalar.folded
                word = Self.join(word ?? Self.seed, UInt64(folded))
            } else if scalar.isSpace {
                // Punctuation within a word, as in 10:35, separates nothing.
                close(&units)
            }
        }
        close(&units)
    }
}

extension Unicode.Scalar {
    /// A syllable of Hangul, kana or a Chinese character.
    fileprivate var isWholeWord: Bool {
        switch value {
        case 0xAC00...0xD7A3, 0x3041...0x30FA, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0x20000...0x323AF:
            true
        default: false
        }
    }

    fileprivate var isInWord: Bool {
        if value < 0x80 {
            return 0x30...0x39 ~= value || 0x41...0x5A ~= value || 0x61...0x7A ~= value
        }
        return properties.isAlphabetic || properties.numericType != nil
    }

    /// The lower-case letter, if there is one.
    fileprivate var folded: UInt32 {
        if value < 0x80 { return 0x41...0x5A ~= value ? value | 0x20 : value }
        let lower = properties.lowercaseMapping.unicodeScalars
        return lower.first?.value ?? value
    }
}
