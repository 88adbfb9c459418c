/// A token of an answer, as it is generated.
public struct GeneratedToken: Sendable, Equatable {
    /// The token.
    public let id: Int32
    /// The text that became certain with it; may be empty.
    public let text: String
    /// Tokens decoded per second so far, without the prompt; nil for the first token.
    public let tokensPerSecond: Double?
}

/// A finished or cancelled answer.
public struct Generation: Sendable, Equatable {
    /// Why an answer ended.
    public enum FinishReason: String, Sendable, Codable {
        /// The model ended its turn, or a stop text was found.
        case stop
        /// It reached the maximum number of tokens or the end of the context.
        case length
        /// It was cancelled; the text so far is kept.
        case cancelled
    }

    /// The tokens, with the one that ended the turn.
    public let ids: [Int32]
    /// The text, without control tokens and without a stop text.
    public let text: String
    /// The end of the text that no `GeneratedToken` carried, since more could have changed it.
    public let remainder: String
    /// Why it ended.
    public let finishReason: FinishReason
    /// Tokens of the prompt.
    public let promptTokens: Int
    /// The tokens of the prompt that were in the cache.
    public let reusedTokens: Int
    /// Seconds for reading the rest of the prompt.
    public let prefillSeconds: Double
    /// Seconds from the first token to the last.
    public let decodeSeconds: Double

    /// Tokens decoded per second, without the prompt; nil for fewer than two.
    public var tokensPerSecond: Double? { Self.rate(ids.count, seconds: decodeSeconds) }

    /// The first token is computed with the prompt; the others are decoded one by one.
    static func rate(_ tokens: Int, seconds: Double) -> Double? {
        seconds > 0 && tokens > 1 ? Double(tokens - 1) / seconds : nil
    }
}
