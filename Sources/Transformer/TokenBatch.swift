/// Sequences one after another, without padding: one call's tokens.
public struct TokenBatch: Sendable, Equatable {
    /// All tokens, (T).
    public let tokens: [Int32]
    /// The range of each sequence; positions count from 0 in each.
    public let segments: [Range<Int>]
    /// Whether the loss includes the prediction of `tokens[t]` from the tokens before it.
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
}
