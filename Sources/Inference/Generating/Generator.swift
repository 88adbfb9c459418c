import Glibc
public import ModelFiles
import Platform
import Tokenizers
public import Transformer

/// Answers prompts with one model, one after another, and caches what it has
/// read: a prompt that begins like the last conversation is read from where
/// they differ.
///
/// A generator belongs to one thread at a time.
public final class Generator {
    /// The maximum default context, in tokens.
    public static let defaultContextLength = 4096
    /// Tokens read at once.
    static let prefillChunk = 512

    /// The model that answers.
    public let model: LanguageModel
    /// The maximum number of tokens of a prompt and its answer together.
    public let contextLength: Int
    /// How it computes.
    public let precision: Precision
    /// The adapter in use; nil is the base.
    ///
    /// Another adapter has other keys, so the conversation is read again.
    public var adapter: LoRA? {
        didSet {
            guard adapter !== oldValue else { return }
            forget()
            if let rank = adapter?.shape.rank, rank > passRank {
                passRank = rank
                pass = Self.pass(model, contextLength, rank: rank, precision, holdsCopies)
            }
        }
    }

    private let cache: KeyValueCache
    private var pass: InferencePass
    /// The maximum rank of an adapter.
    private var passRank: Int
    private let clock: () -> Double
    private let holdsCopies: Bool
    /// The tokens in the cache.
    private var inCache: [Int32] = []

    /// Sets up a context.
    ///
    /// - Parameters:
    ///   - model: The model that answers.
    ///   - adapter: The adapter in use; nil for the base.
    ///   - contextLength: At most the model's own; nil takes that or `defaultContextLength`.
    ///   - precision: How to compute.
    ///   - holdsCopies: Whether fast precision holds the weights in the order in which decoding
    ///     reads them, which is faster and takes their memory once more.
    ///   - clock: Seconds that only grow.
    /// - Throws: `InferenceError` if the model has no such context.
    public init(
        model: LanguageModel,
        adapter: LoRA? = nil,
        contextLength: Int? = nil,
        precision: Precision = .fast,
        holdsCopies: Bool = true,
        clock: @escaping () -> Double = monotonicSeconds
    ) throws {
        let limit = model.configuration.contextLength
        let length = contextLength ?? Self.defaultContextLength(of: model.configuration)
        guard (2...max(2, limit)).contains(length) else {
            throw InferenceError(
                .configuration,
                "The context must be between 2 and \(limit) tokens, not \(length)."
            )
        }
        self.model = model
        self.adapter = adapter
        self.contextLength = length
        self.precision = precision
        self.clock = clock
        cache = KeyValueCache(model.configuration, capacity: length, precision: precision)
        passRank = adapter?.shape.rank ?? 1
        self.holdsCopies = holdsCopies
        pass = Self.pass(model, length, rank: passRank, precision, holdsCopies)
    }

    /// The default context of a model, in tokens.
    public static func defaultContextLength(of model: ModelConfiguration) -> Int {
        // What was pretrained is rotated as in training; a longer context takes other factors.
        min(model.originalContextLength ?? model.contextLength, defaultContextLength)
    }

    /// The bytes of a generator that holds no copies of the weights.
    public static func byteCount(
        _ model: LanguageModel,
        contextLength: Int,
        rank: Int,
        precision: Precision
    ) -> Int {
        KeyValueCache.byteCount(model.configuration, capacity: contextLength, precision: precision)
            + InferencePass.byteCount(
                model,
                tokenCapacity: min(contextLength, prefillChunk),
                contextLength: contextLength,
                rank: rank,
                precision: precision
            )
    }

    /// Clears the cache.
    public func forget() {
        cache.truncate(to: 0)
        inCache.removeAll()
    }

    /// Answers `prompt`.
    ///
    /// - Parameters:
    ///   - prompt: At least one token, and room for one more in the context.
    ///   - configuration: How the answer is drawn.
    ///   - isCancelled: Asked before every layer; an answer that is cancelled keeps its text.
    ///   - onToken: Called with every token as it is drawn.
    /// - Throws: `InferenceError` for a prompt or a setting that cannot be used; `ModelFileError`
    ///   if the model's file has changed, so that the answer is not the model's.
    public func generate(
        prompt: [Int32],
        configuration: GenerationConfiguration,
        isCancelled: () -> Bool = { false },
        onToken: (GeneratedToken) -> Void = { _ in }
    ) throws -> Generation {
        var draft = try Draft(prompt, configuration, model, contextLength: contextLength)
        let reused = keepCommonPrefix(with: prompt)
        let start = clock()
        var firstToken = start
        var lastToken = start
        var wasCancelled = false
        do {
            while !draft.isFinished {
                let logits = try read(draft.context[cache.count...], isCancelled)
                if draft.answer.ids.isEmpty { firstToken = clock() }
                let (id, text) = try draft.append(from: logits)
                lastToken = clock()
                let count = draft.answer.ids.count
                let rate = Generation.rate(count, seconds: lastToken - firstToken)
                onToken(GeneratedToken(id: id, text: text, tokensPerSecond: rate))
            }
        } catch is CancellationError {
            wasCancelled = true
        }
        do {
            try model.file.checkUnchanged()
        } catch {
            forget()
            throw error
        }
        if draft.answer.ids.isEmpty { (firstToken, lastToken) = (clock(), clock()) }
        return draft.finish(
            wasCancelled: wasCancelled,
            reusedTokens: reused,
            prefillSeconds: firstToken - start,
            decodeSeconds: lastToken - firstToken
        )
    }

    private static func pass(
        _ model: LanguageModel,
        _ contextLength: Int,
        rank: Int,
        _ precision: Precision,
        _ holdsCopies: Bool
    ) -> InferencePass {
        InferencePass(
            model,
            tokenCapacity: min(contextLength, prefillChunk),
            contextLength: contextLength,
            rank: rank,
            precision: precision,
            decodes: holdsCopies
        )
    }

    /// Keeps the common prefix of the cache and the prompt, but never the prompt's
    /// last token, whose logits are needed; returns its length.
    private func keepCommonPrefix(with prompt: [Int32]) -> Int {
        let common = zip(inCache, prompt.dropLast()).prefix { $0 == $1 }.count
        cache.truncate(to: common)
        inCache.removeSubrange(common...)
        return common
    }

    /// Reads tokens into the cache; the logits after the last of them.
    private func read(
        _ tokens: ArraySlice<Int32>,
        _ isCancelled: () -> Bool
    ) throws -> UnsafeBufferPointer<Float> {
        var rest = tokens
        while true {
            let chunk = rest.prefix(pass.tokenCapacity)
            let logits = try pass.logits(
                chunk,
                cache: cache,
                adapter: adapter,
                isCancelled: isCancelled
            )
            inCache += chunk
            rest = rest.dropFirst(chunk.count)
            if rest.isEmpty { return logits }
        }
    }
}

/// Seconds of the system's clock that only grows.
public func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
