/// Sequences of a batch that are computed together.
package struct BatchPiece {
    /// The row of the batch that the piece begins at.
    package let firstRow: Int
    /// The tokens to compute.
    ///
    /// If the sequences share a prefix, the first segment is the prefix and the others are what
    /// follows it.
    package let batch: TokenBatch
    /// The tokens that all sequences begin with, computed once; 0 for none.
    package let prefix: Int

    /// The segments as the layers take them.
    var segments: [Segment] {
        batch.segments.enumerated().map { index, rows in
            index == 0 || prefix == 0
                ? Segment(rows: rows, firstPosition: 0, cache: nil)
                : Segment(rows: rows, firstPosition: prefix, cache: nil, prefix: 0..<prefix)
        }
    }

    /// The tokens of the longest sequence.
    var longestSequence: Int { segments.map { $0.firstPosition + $0.rows.count }.max() ?? 0 }
}

extension TokenBatch {
    /// Shorter common prefixes are not shared.
    private static let minPrefix = 4

    /// The batch in pieces of whole sequences.
    ///
    /// A prefix that all sequences of a piece share, such as a system prompt, is in it once, since its
    /// rows are the same for all of them.
    ///
    /// - Parameters:
    ///   - limit: The maximum number of tokens to compute in a piece, unless one sequence is longer.
    ///   - attended: The maximum number of tokens of its sequences, unless one is longer.
    ///   - sharesPrefixes: Whether to look for common prefixes.
    package func pieces(atMost limit: Int, attended: Int, sharesPrefixes: Bool) -> [BatchPiece] {
        var pieces: [BatchPiece] = []
        var first = 0
        while first < segments.count {
            var last = first
            var shared = sharesPrefixes ? sharable(first) : 0
            var total = segments[first].count
            while last + 1 < segments.count {
                let next = last + 1
                let common = min(shared, commonPrefix(first, next), sharable(next))
                let candidate = common >= Self.minPrefix ? common : 0
                let sum = total + segments[next].count
                guard sum - (next - first) * candidate <= limit, sum <= attended else { break }
                (last, shared, total) = (next, candidate, sum)
            }
            pieces.append(piece(first...last, prefix: last > first ? shared : 0))
            first = last + 1
        }
        return pieces
    }

    private func piece(_ members: ClosedRange<Int>, prefix: Int) -> BatchPiece {
        let firstRow = segments[members.lowerBound].lowerBound
        if members.count == segments.count, prefix == 0 {
            return BatchPiece(firstRow: 0, batch: self, prefix: 0)
        }
        var tokens = Array(self.tokens[firstRow..<firstRow + prefix])
        var isTarget = Array(self.isTarget[firstRow..<firstRow + prefix])
        var moved = prefix > 0 ? [0..<prefix] : []
        for member in segments[members] {
            let rows = member.dropFirst(prefix)
            moved.append(tokens.count..<tokens.count + rows.count)
            tokens += self.tokens[rows]
            isTarget += self.isTarget[rows]
        }
        return BatchPiece(
            firstRow: firstRow,
            batch: TokenBatch(tokens: tokens, segments: moved, isTarget: isTarget),
            prefix: prefix
        )
    }

    /// The maximum number of tokens of a sequence in a common prefix: the rest must not begin with a
    /// target, since a target is predicted from the row before it.
    private func sharable(_ index: Int) -> Int {
        let rows = segments[index]
        let target = isTarget[rows].firstIndex(of: true) ?? rows.upperBound
        return max(0, min(target - rows.lowerBound - 1, rows.count - 1))
    }

    private func commonPrefix(_ first: Int, _ second: Int) -> Int {
        zip(tokens[segments[first]], tokens[segments[second]]).prefix { $0 == $1 }.count
    }
}
