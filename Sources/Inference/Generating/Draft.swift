internal import ModelFiles
internal import Platform
internal import Tokenizers
internal import Transformer

/// An answer while it is generated: its tokens so far, and how the next one is drawn.
struct Draft {
    /// The prompt and the answer's tokens.
    private(set) var context: [Int32]
    private(set) var answer: Answer
    let promptCount: Int
    private var sampler: Sampler
    private let limit: Int

    /// Begins the answer to a prompt.
    ///
    /// - Throws: `InferenceError` for a prompt or a setting that cannot be used.
    init(
        _ prompt: [Int32],
        _ configuration: GenerationConfiguration,
        _ model: LanguageModel,
        contextLength: Int
    ) throws {
        guard !prompt.isEmpty else {
            throw InferenceError(.prompt, "The prompt is empty.", hint: "say something")
        }
        guard prompt.count < contextLength else {
            throw InferenceError(
                .contextTooLong,
                "The context is too long: \(prompt.count) tokens, the limit is \(contextLength - 1).",
                hint: "start a new conversation or shorten the prompt"
            )
        }
        sampler = try Sampler(
            configuration,
            vocabularySize: model.configuration.vocabularySize
        )
        let tokenizer = model.file.tokenizer
        answer = Answer(
            tokenizer,
            stop: configuration.stop,
            startsText: prompt.last.map(tokenizer.isControl) ?? true
        )
        context = prompt
        promptCount = prompt.count
        limit = prompt.count + min(configuration.maxTokens, contextLength - prompt.count)
    }

    /// Whether no token follows.
    var isFinished: Bool { context.count >= limit || answer.isComplete }

    /// Draws the next token; returns it and the text that became certain.
    mutating func append(
        from logits: UnsafeBufferPointer<Float>
    ) throws -> (id: Int32, text: String) {
        let id = try sampler.sample(logits, context: context, step: answer.ids.count)
        context.append(id)
        return (id, answer.append(id))
    }

    /// Ends the answer.
    mutating func finish(
        wasCancelled: Bool = false,
        reusedTokens: Int = 0,
        prefillSeconds: Double,
        decodeSeconds: Double
    ) -> Generation {
        let remainder = answer.finish()
        return Generation(
            ids: answer.ids,
            text: answer.text,
            remainder: remainder,
            finishReason: wasCancelled ? .cancelled : answer.isComplete ? .stop : .length,
            promptTokens: promptCount,
            reusedTokens: reusedTokens,
            prefillSeconds: prefillSeconds,
            decodeSeconds: decodeSeconds
        )
    }
}
