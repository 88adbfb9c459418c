/// The tokens of words seen before in one text: most words come again.
struct WordCache {
    private struct Entry {
        var fingerprint: UInt64
        var wordStart: Int32
        var wordCount: Int32
        var idStart: Int32
        var idCount: Int32
    }

    private static let slotCount = 1 << 14
    private static let longestWord = 64

    /// Direct mapping: a word replaces the one whose slot it takes.
    private var entries: [Entry] = []
    private var words: [UInt8] = []
    private var ids: [Int32] = []

    /// Appends the tokens of a word, if it is known.
    func append(
        _ word: UnsafeBufferPointer<UInt8>,
        _ fingerprint: UInt64,
        to result: inout [Int32]
    ) -> Bool {
        guard !entries.isEmpty else { return false }
        let entry = entries[Int(truncatingIfNeeded: fingerprint) & (Self.slotCount - 1)]
        guard entry.fingerprint == fingerprint, Int(entry.wordCount) == word.count else {
            return false
        }
        let start = Int(entry.wordStart)
        guard words[start..<start + word.count].elementsEqual(word) else { return false }
        result += ids[Int(entry.idStart)..<Int(entry.idStart + entry.idCount)]
        return true
    }

    /// Remembers the tokens of a word.
    ///
    /// Long ones hardly come again and are not worth the room.
    mutating func insert(
        _ word: UnsafeBufferPointer<UInt8>,
        _ fingerprint: UInt64,
        ids newIDs: ArraySlice<Int32>
    ) {
        guard word.count <= Self.longestWord else { return }
        if entries.isEmpty || words.count > 1 << 24 {
            let free = Entry(fingerprint: 0, wordStart: 0, wordCount: 0, idStart: 0, idCount: 0)
            entries = Array(repeating: free, count: Self.slotCount)
            words.removeAll(keepingCapacity: true)
            ids.removeAll(keepingCapacity: true)
        }
        entries[Int(truncatingIfNeeded: fingerprint) & (Self.slotCount - 1)] = Entry(
            fingerprint: fingerprint,
            wordStart: Int32(words.count),
            wordCount: Int32(word.count),
            idStart: Int32(ids.count),
            idCount: Int32(newIDs.count)
        )
        words += word
        ids += newIDs
    }
}
