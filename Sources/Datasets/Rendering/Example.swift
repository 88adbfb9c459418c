/// Tokens to train on, and which of them are learnt.
public struct Example: Sendable, Equatable {
    /// The tokens, (T).
    public let ids: [Int32]
    /// Whether the loss includes predicting `ids[t]` from the tokens before, (T); never at 0.
    public let isTarget: [Bool]
    /// The row that they come from.
    public let source: RecordSource

    /// Creates an example of tokens and their targets, which must have equal counts.
    public init(ids: [Int32], isTarget: [Bool], source: RecordSource) {
        precondition(ids.count == isTarget.count, "an example has one target mark a token")
        precondition(isTarget.first != true, "the first token of an example has nothing before it")
        self.ids = ids
        self.isTarget = isTarget
        self.source = source
    }

    /// How many tokens are learnt.
    public var targetCount: Int { isTarget.reduce(0) { $0 + ($1 ? 1 : 0) } }
}
