/// The tokens of words that occurred before in a text: most words are repeated.
struct WordCache {
    private struct Entry {
        var fingerprint: UInt64
        var wordStart: Int32
        var wordCount: Int32
        var tokenStart: Int32
        var tokenCount: Int32
    }

    private static let slotCount = 1 << 14
    private static let maxWordLength = 64

    /// Direct mapping: a word replaces the one in its slot.
    private var entries: [Entry] = []
    private var words: [UInt8] = []
    private var tokens: [WordToken] = []
    /// The tokens of a word that is not cached: long ones are rarely repeated.
    private var longWord: [WordToken] = []

    /// The tokens of a word; `encode` appends those of an unknown one.
    mutating func tokens(
        of word: UnsafeBufferPointer<UInt8>,
        _ encode: (inout [WordToken]) -> Void
    ) -> ArraySlice<WordToken> {
        guard word.count <= Self.maxWordLength else {
            longWord.removeAll(keepingCapacity: true)
            encode(&longWord)
            return longWord[...]
        }
        let fingerprint = word.fingerprint
        let slot = Int(truncatingIfNeeded: fingerprint) & (Self.slotCount - 1)
        if !entries.isEmpty {
            let entry = entries[slot]
            let start = Int(entry.wordStart)
            if entry.fingerprint == fingerprint, Int(entry.wordCount) == word.count,
                words[start..<start + word.count].elementsEqual(word)
            {
                return tokens[Int(entry.tokenStart)..<Int(entry.tokenStart + entry.tokenCount)]
            }
        }
        if entries.isEmpty || words.count > 1 << 24 {
            let free = Entry(
                fingerprint: 0,
                wordStart: 0,
                wordCount: 0,
                tokenStart: 0,
                tokenCount: 0
            )
            entries = Array(repeating: free, count: Self.slotCount)
            words.removeAll(keepingCapacity: true)
            tokens.removeAll(keepingCapacity: true)
        }
        let first = tokens.count
        encode(&tokens)
        entries[slot] = Entry(
            fingerprint: fingerprint,
            wordStart: Int32(words.count),
            wordCount: Int32(word.count),
            tokenStart: Int32(first),
            tokenCount: Int32(tokens.count - first)
        )
        words += word
        return tokens[first...]
    }
}
