/// Encodes one text: added tokens, then edits, then words, then merges.
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
        while let match = tokenizer.addedTokens.firstMatch(
            in: text,
            from: start,
            permitsControl: permitsControl
        ) {
            encode(text, in: start..<match.range.lowerBound, permitsControl)
            append(match.token.id, match.range)
            start = match.range.upperBound
        }
        encode(text, in: start..<text.count, permitsControl)
    }

    private mutating func append(_ id: Int32, _ range: Range<Int>) {
        ids.append(id)
        if recordsRanges { ranges.append(range) }
    }

    /// Encodes text between added tokens.
    private mutating func encode(
        _ text: UnsafeBufferPointer<UInt8>,
        in range: Range<Int>,
        _ permitsControl: (Range<Int>) -> Bool
    ) {
        guard !range.isEmpty else { return }
        let isPlain =
            tokenizer.edits.isEmpty && tokenizer.wordEdits.isEmpty && tokenizer.editedTokens.isEmpty
        if isPlain {
            let part = UnsafeBufferPointer(rebasing: text[range])
            let start = range.lowerBound
            return encodeWords(of: part) { start + $0.lowerBound..<start + $0.upperBound }
        }
        var edited = EditedText(text, range, recordsOrigins: recordsRanges)
        edited.apply(tokenizer.edits)
        let origin = { [origins = edited.origins] (place: Range<Int>) -> Range<Int> in
            guard let origins else { return range }
            return origins[place.lowerBound]..<origins[place.upperBound]
        }
        edited.bytes.withUnsafeBufferPointer { bytes in
            var start = 0
            while let match = tokenizer.editedTokens.firstMatch(
                in: bytes,
                from: start,
                permitsControl: { permitsControl(origin($0)) }
            ) {
                encodeEdited(edited, start..<match.range.lowerBound)
                append(match.token.id, origin(match.range))
                start = match.range.upperBound
            }
            encodeEdited(edited, start..<bytes.count)
        }
    }

    private mutating func encodeEdited(_ text: EditedText, _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        var part = text.part(range)
        part.apply(tokenizer.wordEdits)
        part.bytes.withUnsafeBufferPointer { bytes in
            encodeWords(of: bytes) { [origins = part.origins] place in
                guard let origins else { return place }
                return origins[place.lowerBound]..<origins[place.upperBound]
            }
        }
    }

    /// Encodes edited text; `origin` returns the original position of a part.
    private mutating func encodeWords(
        of text: UnsafeBufferPointer<UInt8>,
        origin: (Range<Int>) -> Range<Int>
    ) {
        tokenizer.preTokenizer.forEachWord(in: text) { range in
            let word = UnsafeBufferPointer(rebasing: text[range])
            let tokens = cache.tokens(of: word) { merger.append(word, tokenizer, to: &$0) }
            for token in tokens {
                ids.append(token.id)
                guard recordsRanges else { continue }
                let start = range.lowerBound + Int(token.start)
                ranges.append(origin(start..<range.lowerBound + Int(token.end)))
            }
        }
    }
}
