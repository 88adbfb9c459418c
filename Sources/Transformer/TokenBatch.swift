/// Sequences laid end to end, with no padding: one call's tokens.
public struct TokenBatch: Sendable, Equatable {
    /// All tokens, (T).
    public let tokens: [Int32]
    /// Where each sequence lies; positions count from 0 in each.
    public let segments: [Range<Int>]
    /// Whether the loss includes predicting `tokens[t]` from what stands before it.
    public let isTarget: [Bool]

    /// A batch; the segments cover the tokens in order, and none begins with a target.
    public init(tokens: [Int32], segments: [Range<Int>], isTarget: [Bool]) {
        precondition(isTarget.count == tokens.count, "a target flag for each token is needed")
        var end = 0
        for segment in segments {
            precondition(
                segment.lowerBound == end && !segment.isEmpty,
                "segments must cover the tokens in order"
            )
            precondition(
                !isTarget[segment.lowerBound],
                "the first token of a sequence has no context"
            )
            end = segment.upperBound
        }
        precondition(end == tokens.count, "segments must cover the tokens in order")
        self.tokens = tokens
        self.segments = segments
        self.isTarget = isTarget
    }

    /// How many tokens the loss is over.
    public var targetCount: Int { isTarget.count { $0 } }

    /// The batch in pieces of whole sequences, each of at most `limit` tokens
    /// or of one sequence, with the row that each begins at.
    func pieces(atMost limit: Int) -> [(firstRow: Int, batch: TokenBatch)] {
        guard tokens.count > limit else { return [(0, self)] }
        var pieces: [(firstRow: Int, batch: TokenBatch)] = []
        var first = 0
        for (index, segment) in segments.enumerated() {
            let isLast = index == segments.count - 1
            let start = segments[first].lowerBound
            guard isLast || segments[index + 1].upperBound - start > limit else { continue }
            let rows = start..<segment.upperBound
            let moved = segments[first...index].map {
                $0.lowerBound - start..<$0.upperBound - start
            }
            let batch = TokenBatch(
                tokens: Array(tokens[rows]),
                segments: moved,
                isTarget: Array(isTarget[rows])
            )
            pieces.append((start, batch))
            first = index + 1
        }
        return pieces
    }
}
