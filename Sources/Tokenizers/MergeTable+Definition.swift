import Platform

extension MergeTable {
    /// The table of the merges in a file.
    ///
    /// - Throws: `TokenizerError` with the code `invalidVocabulary`.
    init(
        _ merging: TokenizerDefinition.Merging,
        _ tokens: ByteStringTable,
        _ types: [TokenType],
        _ alphabet: TokenizerDefinition.Alphabet
    ) throws(TokenizerError) {
        switch merging {
        case .ranked(let merges): try self.init(merges, tokens, types, alphabet)
        case .scored(let scores): try self.init(scores: scores, tokens, types)
        }
    }

    private init(
        _ merges: [TokenizerDefinition.Merge],
        _ tokens: ByteStringTable,
        _ types: [TokenType],
        _ alphabet: TokenizerDefinition.Alphabet
    ) throws(TokenizerError) {
        self.init(capacity: merges.count)
        var text: [UInt8] = []
        for (rank, merge) in merges.enumerated() {
            text.removeAll(keepingCapacity: true)
            var leftEnd = merge.leftEnd
            if alphabet == .bytes {
                ByteAlphabet.decode(merge.left, to: &text)
                leftEnd = text.count
                ByteAlphabet.decode(merge.right, to: &text)
            } else {
                text += merge.left
                text += merge.right
            }
            let ids = text.withUnsafeBufferPointer { text in
                (
                    tokens.number(of: UnsafeBufferPointer(rebasing: text[..<leftEnd])),
                    tokens.number(of: UnsafeBufferPointer(rebasing: text[leftEnd...])),
                    tokens.number(of: text)
                )
            }
            guard let left = ids.0, let right = ids.1, let merged = ids.2, leftEnd > 0,
                leftEnd < text.count
            else {
                throw TokenizerError(
                    .invalidVocabulary,
                    "Merge \(rank), \"\(String(decoding: merge.text.prefix(80), as: UTF8.self))\", "
                        + "is of tokens the vocabulary does not have."
                )
            }
            // Text must never become a control token, whatever the file contains.
            guard types[Int(merged)] != .control else { continue }
            insert(left: left, right: right, rank: rank, merged: merged)
        }
    }

    private static let maxScoredTokenLength = 2_048

    /// Every way to join two tokens to another, by the token's score.
    private init(
        scores: [Float],
        _ tokens: ByteStringTable,
        _ types: [TokenType]
    ) throws(TokenizerError) {
        // Equal scores have equal ranks, so that the leftmost of those pairs merges first.
        let distinct = Set(scores.map { $0.isNaN ? -Float.infinity : $0 }).sorted(by: >)
        var ranks: [Float: Int] = [:]
        for (rank, score) in distinct.enumerated() { ranks[score] = rank }
        var found: [(left: Int32, right: Int32, rank: Int, merged: Int32)] = []
        for id in types.indices where types[id] == .normal || types[id] == .userDefined {
            guard tokens.length(of: id) <= Self.maxScoredTokenLength else {
                throw TokenizerError(
                    .invalidVocabulary,
                    "Token \(id) is longer than \(Self.maxScoredTokenLength) bytes."
                )
            }
            let score = scores[id].isNaN ? -Float.infinity : scores[id]
            Array(tokens[id]).withUnsafeBufferPointer { text in
                // A token that is hidden by another with the same spelling is never produced.
                guard let merged = tokens.number(of: text), Int(merged) == id else { return }
                var middle = text.isEmpty ? 0 : text.scalarLength(at: 0, before: text.count)
                while middle < text.count {
                    if let left = tokens.number(of: UnsafeBufferPointer(rebasing: text[..<middle])),
                        let right = tokens.number(
                            of: UnsafeBufferPointer(rebasing: text[middle...])
                        ),
                        types[Int(left)].isText, types[Int(right)].isText
                    {
                        found.append((left, right, ranks[score] ?? 0, merged))
                    }
                    middle += text.scalarLength(at: middle, before: text.count)
                }
            }
        }
        self.init(capacity: found.count)
        for merge in found {
            insert(left: merge.left, right: merge.right, rank: merge.rank, merged: merge.merged)
        }
    }
}
