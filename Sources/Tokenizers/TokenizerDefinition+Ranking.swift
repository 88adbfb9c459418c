extension TokenizerDefinition {
    /// The merges as pairs, the earliest first, as in a `tokenizer.json`.
    ///
    /// For tokens with scores they are all ways to join two tokens to another, the one with the
    /// highest score first; for equal scores, the token with the lower id.
    package var rankedMerges: [Merge] {
        switch merging {
        case .ranked(let merges): merges
        case .scored(let scores): Self.ranked(scores, vocabulary)
        }
    }

    private static func ranked(_ scores: [Float], _ vocabulary: Vocabulary) -> [Merge] {
        var known: Set<[UInt8]> = []
        for (token, type) in zip(vocabulary.tokens, vocabulary.types) where isPiece(type) {
            known.insert(token)
        }
        let order = vocabulary.tokens.indices.filter { isPiece(vocabulary.types[$0]) }
            .map { (id: $0, score: scores[$0].isNaN ? -Float.infinity : scores[$0]) }
            .sorted { ($1.score, $0.id) < ($0.score, $1.id) }
            .map(\.id)
        return order.flatMap { id in
            let token = vocabulary.tokens[id]
            // Only between characters.
            return token.indices.dropFirst().filter { token[$0] & 0xC0 != 0x80 }
                .compactMap { middle -> Merge? in
                    let (left, right) = (Array(token[..<middle]), Array(token[middle...]))
                    return known.contains(left) && known.contains(right) ? Merge(left, right) : nil
                }
        }
    }

    private static func isPiece(_ type: TokenType) -> Bool {
        type == .normal || type == .userDefined
    }
}
