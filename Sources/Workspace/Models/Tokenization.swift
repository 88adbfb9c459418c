/// A text as a model's tokens.
public struct Tokenization: Equatable, Sendable, Codable {
    /// The tokens' ids.
    public var ids: [Int32]
    /// Their texts; a part of a character is shown as a replacement character.
    public var tokens: [String]

    /// Creates a tokenization.
    public init(ids: [Int32], tokens: [String]) {
        self.ids = ids
        self.tokens = tokens
    }
}

/// The probabilities of a text's tokens.
public struct TextScore: Equatable, Sendable, Codable {
    /// The tokens.
    public var ids: [Int32]
    /// The logarithm of the probability of each token after the first, given those before it.
    public var tokenLogprobs: [Float]
    /// The perplexity: exp of the mean of their negatives.
    public var perplexity: Double

    /// Creates a score.
    public init(ids: [Int32], tokenLogprobs: [Float], perplexity: Double) {
        self.ids = ids
        self.tokenLogprobs = tokenLogprobs
        self.perplexity = perplexity
    }
}
