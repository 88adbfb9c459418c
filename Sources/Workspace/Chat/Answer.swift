public import ChatTemplates
import Inference
import Transformer

/// The input of an answer.
public enum Prompt: Equatable, Sendable, Codable {
    /// A conversation, rendered by the model's chat template.
    case conversation([Message])
    /// Text as it is; special tokens are recognized.
    case raw(String)
}

/// The arithmetic of an answer or score, for callers that do not import the engine.
public enum AnswerPrecision: String, Sendable, Codable, CaseIterable {
    /// int8 and bfloat16 kernels where suitable.
    case fast
    /// float32.
    case exact

    /// The precision passed to the engine.
    var precision: Precision { self == .exact ? .exact : .fast }
}

/// How an answer is sampled, for user interfaces, which do not import the engine.
public struct AnswerOptions: Equatable, Sendable, Codable {
    /// The maximum number of tokens of the answer.
    public var maxTokens: Int
    /// 0 always selects the most likely token.
    public var temperature: Double
    /// The number of most likely tokens to sample from; 0 for all.
    public var topK: Int
    /// Only the likeliest tokens that together have this probability are sampled; 1 for all.
    public var topP: Double
    /// Only tokens at least this likely relative to the likeliest are sampled; 0 for all.
    public var minP: Double
    /// Divides the logits of tokens that occurred already; 1 for no penalty.
    public var repetitionPenalty: Double
    /// The same seed gives the same answer.
    public var seed: UInt64
    /// The answer ends before any of these texts.
    public var stop: [String]
    /// How the answer is computed.
    public var precision = AnswerPrecision.fast

    /// The program's defaults.
    public init() {
        let defaults = GenerationConfiguration()
        maxTokens = defaults.maxTokens
        temperature = defaults.temperature
        topK = defaults.topK
        topP = defaults.topP
        minP = defaults.minP
        repetitionPenalty = defaults.repetitionPenalty
        seed = defaults.seed
        stop = defaults.stop
    }

    /// Always the likeliest token, so that the same prompt gives the same answer.
    public static func greedy(maxTokens: Int) -> AnswerOptions {
        var options = AnswerOptions()
        options.maxTokens = maxTokens
        options.temperature = 0
        return options
    }

    var configuration: GenerationConfiguration {
        var configuration = GenerationConfiguration()
        configuration.maxTokens = maxTokens
        configuration.temperature = temperature
        configuration.topK = topK
        configuration.topP = topP
        configuration.minP = minP
        configuration.repetitionPenalty = repetitionPenalty
        configuration.seed = seed
        configuration.stop = stop
        return configuration
    }
}

/// Identifies an answer within a process.
public struct AnswerID: Hashable, Sendable, Codable {
    let number: UInt64

    /// Creates an identity; answers of the chat service count from 1.
    public init(_ number: UInt64) {
        self.number = number
    }
}

/// The next piece of an answer.
public struct AnswerPiece: Equatable, Sendable, Codable {
    /// The answer's id.
    public var answer: AnswerID
    /// Text to append, whole characters only.
    public var text: String
    /// Tokens of the answer so far.
    public var tokenCount: Int
    /// Tokens per second so far.
    public var tokensPerSecond: Double

    /// Creates a piece.
    public init(answer: AnswerID, text: String, tokenCount: Int, tokensPerSecond: Double) {
        self.answer = answer
        self.text = text
        self.tokenCount = tokenCount
        self.tokensPerSecond = tokensPerSecond
    }
}

/// A finished answer.
public struct AnswerOutcome: Equatable, Sendable, Codable {
    /// The reason for the end.
    public enum Reason: String, Sendable, Codable {
        /// The model ended its turn, or a stop text was reached.
        case stop
        /// The limit of tokens or the context was reached.
        case length
        /// It was cancelled.
        case cancelled
        /// It failed; `failure` contains the reason.
        case failed
    }

    /// The answer's id.
    public var answer: AnswerID
    /// The whole text.
    public var text: String
    /// Its tokens.
    public var ids: [Int32]
    /// The reason for the end.
    public var reason: Reason
    /// Tokens of the prompt.
    public var promptTokens: Int
    /// Tokens per second while decoding.
    public var tokensPerSecond: Double
    /// The reason for a failure.
    public var failure: WorkspaceError?

    /// Creates an outcome.
    public init(
        answer: AnswerID,
        text: String,
        ids: [Int32] = [],
        reason: Reason,
        promptTokens: Int = 0,
        tokensPerSecond: Double = 0,
        failure: WorkspaceError? = nil
    ) {
        self.answer = answer
        self.text = text
        self.ids = ids
        self.reason = reason
        self.promptTokens = promptTokens
        self.tokensPerSecond = tokensPerSecond
        self.failure = failure
    }
}
