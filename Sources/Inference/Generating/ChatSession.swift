public import ChatTemplates
import ModelFiles
import Tokenizers
import Transformer

/// Conversations with one model, in the words of its chat template.
///
/// The conversation belongs to the caller; the generator caches what it has
/// read, so a further turn reads only new tokens.
public final class ChatSession {
    /// The generator; its adapter may be changed between answers.
    public let generator: Generator
    private let template: ChatTemplate
    private let tokenizer: Tokenizer

    /// A session over the model of `generator`.
    ///
    /// - Parameter template: How conversations are written; nil takes the model's own.
    /// - Throws: `ModelFileError` if the model has no supported template.
    public init(_ generator: Generator, template: ChatTemplate? = nil) throws {
        self.generator = generator
        let file = generator.model.file
        self.template = try template ?? file.requiredChatTemplate()
        tokenizer = file.tokenizer
    }

    /// The tokens of a conversation that the assistant is to continue.
    public func prompt(_ messages: [Message]) throws -> [Int32] {
        try template.prompt(messages, tokenizer: tokenizer)
    }

    /// The assistant's answer to `messages`; see `Generator.generate`.
    public func answer(
        _ messages: [Message],
        configuration: GenerationConfiguration,
        isCancelled: () -> Bool = { false },
        onToken: (GeneratedToken) -> Void = { _ in }
    ) throws -> Generation {
        try generator.generate(
            prompt: prompt(messages),
            configuration: configuration,
            isCancelled: isCancelled,
            onToken: onToken
        )
    }
}
