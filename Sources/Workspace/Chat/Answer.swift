public import ChatTemplates
import Inference
import Transformer

/// What an answer is made from.
public enum Prompt: Equatable, Sendable, Codable {
    /// A conversation, put through the model's chat template.
    case conversation([Message])
    /// Text as it is, special tokens read as such.
    case raw(String)
}

/// The arithmetic of an answer or a score, for those who do not import the engine.
public enum AnswerPrecision: String, Sendable, Codable, CaseIterable {
    /// int8 and bfloat16 kernels where they serve.
    case fast
    /// float32.
    case exact

    /// As the model takes it.
    var precision: Precision { self == .exact ? .exact : .fast }
}

/// How an answer is sampled, for user interfaces, which do not import the engine.
public struct AnswerOptions: Equatable, Sendable, Codable {
    /// The maximum number of tokens of the answer.
    public var maxTokens: Int
    /// 0 always takes the most likely token.
    public var temperature: Double
    /// The number of most likely tokens to sample from; 0 for all.
    public var topK: Int
    /// Only the likeliest tokens that together have this probability are drawn from; 1 for all.
    public var topP: Double
    /// Only tokens at least this likely relative to the likeliest are drawn from; 0 for all.
    public var minP: Double
    /// Divides the logits of tokens already there; 1 for none.
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

    /// The likeliest token always, so that the same question gets the same answer.
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
    /// Which answer.
    public var answer: AnswerID
    /// Text to append, whole characters only.
    public var text: String
    /// Tokens of the answer so far.
    public var tokenCount: Int
    /// Tokens a second so far.
    public var tokensPerSecond: Double

    /// Creates a piece.
    public init(answer: AnswerID, text: String, tokenCount: Int, tokensPerSecond: Double) {
        self.answer = answer
        self.text = text
        self.tokenCount = tokenCount
        self.tokensPerSecond = tokensPerSecond
    }
}

/// A whole answer.
public struct AnswerOutcome: Equatable, Sendable, Codable {
    /// Why it ended.
    public enum Reason: String, Sendable, Codable {
        /// The model ended its turn, or a stop text came.
        case stop
        /// No more tokens were allowed or had room.
        case length
        /// It was cancelled.
        case cancelled
        /// It failed; `failure` says why.
        case failed
    }

    /// Which answer.
    public var answer: AnswerID
    /// All of its text.
    public var text: String
    /// Its tokens.
    public var ids: [Int32]
    /// Why it ended.
    public var reason: Reason
    /// Tokens of the prompt.
    public var promptTokens: Int
    /// Tokens a second while decoding.
    public var tokensPerSecond: Double
    /// Why it failed.
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
