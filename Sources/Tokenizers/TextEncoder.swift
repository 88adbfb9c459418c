/// Encodes one text: special tokens, then words, then merges.
struct TextEncoder {
    var ids: [Int32] = []
    private(set) var ranges: [Range<Int>] = []

    private let tokenizer: Tokenizer
    private let recordsRanges: Bool
    private var merger = BytePairMerger()
    private var cache = WordCache()

    init(_ tokenizer: Tokenizer, recordsRanges: Bool) {
        self.tokenizer = tokenizer
        self.recordsRanges = recordsRanges
    }

    mutating func encode(
        _ text: UnsafeBufferPointer<UInt8>,
        permitsControl: (Range<Int>) -> Bool
    ) {
        var start = 0
        while let (token, range) = tokenizer.specialTokens.firstMatch(
            in: text,
            from: start,
            permitsControl: permitsControl
        ) {
            encodeWords(of: text, in: start..<range.lowerBound)
            ids.append(token.id)
            if recordsRanges { ranges.append(range) }
            start = range.upperBound
        }
        encodeWords(of: text, in: start..<text.count)
    }

    private mutating func encodeWords(of text: UnsafeBufferPointer<UInt8>, in range: Range<Int>) {
        let part = UnsafeBufferPointer(rebasing: text[range])
        tokenizer.preTokenizer.forEachWord(in: part) { word in
            // A byte without a token is left out, and nothing merges across it.
            var start = word.lowerBound
            for position in word where tokenizer.byteTokens[Int(part[position])] < 0 {
                encodePiece(of: part, in: start..<position, offset: range.lowerBound)
                start = position + 1
            }
            encodePiece(of: part, in: start..<word.upperBound, offset: range.lowerBound)
        }
    }

    private mutating func encodePiece(
        of text: UnsafeBufferPointer<UInt8>,
        in range: Range<Int>,
        offset: Int
    ) {
        guard !range.isEmpty else { return }
        let piece = UnsafeBufferPointer(rebasing: text[range])
        let first = ids.count
        let fingerprint = piece.fingerprint
        if !cache.append(piece, fingerprint, to: &ids) {
            merger.append(piece, tokenizer: tokenizer, to: &ids)
            cache.insert(piece, fingerprint, ids: ids[first...])
        }
        guard recordsRanges else { return }
        var start = offset + range.lowerBound
        for id in ids[first...] {
            let end = start + tokenizer.tokenBytes.length(of: Int(id))
            ranges.append(start..<end)
            start = end
        }
    }
}
