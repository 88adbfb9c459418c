import Platform

/// How an answer is drawn from a model's predictions.
public struct GenerationConfiguration: Sendable, Codable, Equatable {
    /// The maximum number of tokens of an answer.
    public var maxTokens = 512
    /// What the logits are divided by; 0 takes the most likely token.
    public var temperature = 0.7
    /// The number of most likely tokens that are kept; 0 keeps all.
    public var topK = 40
    /// The total probability of the kept tokens; 1 keeps all.
    public var topP = 0.95
    /// The minimum probability of a kept token, relative to the largest; 0 keeps all.
    public var minP = 0.05
    /// What the logits of tokens seen before are divided by (multiplied where negative); 1 is off.
    public var repetitionPenalty = 1.0
    /// The number of recent tokens that the penalty applies to; nil for the whole context.
    public var repetitionWindow: Int?
    /// The seed of the random choices.
    public var seed: UInt64 = 0
    /// Texts that end the answer and are not part of it.
    public var stop: [String] = []

    /// The defaults.
    public init() {}

    /// The most likely token every time, without randomness.
    public static func greedy(maxTokens: Int) -> GenerationConfiguration {
        var configuration = GenerationConfiguration()
        configuration.maxTokens = maxTokens
        configuration.temperature = 0
        return configuration
    }

    /// Checks every setting.
    ///
    /// - Throws: `InferenceError` with the code `configuration`, which names the setting.
    public func validate() throws {
        func require(_ holds: Bool, _ name: String, _ expectation: String, _ value: Any) throws {
            guard !holds else { return }
            throw InferenceError(.configuration, "\(name) must be \(expectation), not \(value).")
        }
        try require(maxTokens >= 1, "max tokens", "at least 1", maxTokens)
        try require(
            temperature >= 0 && temperature.isFinite,
            "temperature",
            "at least 0",
            temperature
        )
        try require(topK >= 0, "top-k", "at least 0", topK)
        try require(topP > 0 && topP <= 1, "top-p", "above 0 and at most 1", topP)
        try require(minP >= 0 && minP <= 1, "min-p", "between 0 and 1", minP)
        try require(
            repetitionPenalty > 0 && repetitionPenalty.isFinite,
            "repetition penalty",
            "above 0",
            repetitionPenalty
        )
        if let repetitionWindow {
            try require(repetitionWindow >= 0, "repetition window", "at least 0", repetitionWindow)
        }
        try require(
            stop.allSatisfy { !$0.isEmpty },
            "a stop text",
            "at least one character",
            "empty"
        )
    }
}
