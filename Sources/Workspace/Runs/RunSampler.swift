import Datasets
import Inference
import ModelFiles
import Tokenizers
import Training
import Transformer

/// Asks a model in training: some held-out rows and what a person wants to hear.
///
/// One trainer's thread uses it. Answers are greedy, so that two evaluations differ by what was
/// learnt in between alone.
final class RunSampler {
    private struct Question {
        let prompt: String
        let reference: String?
        let ids: [Int32]
    }

    private let questions: [Question]
    private let generator: Generator

    /// The tokens of an answer, at most.
    private static let answerLength = 64
    /// Rows that are answered where nothing is said.
    private static let usualCount = 2

    /// Prepares the questions; nil where there are none.
    init?(_ inputs: TrainingInputs, _ trainer: Trainer) throws {
        let request = inputs.request
        let count = request.sampleCount ?? Self.usualCount
        let tokenizer = inputs.model.file.tokenizer
        let template = inputs.templateDigest == nil ? nil : inputs.model.file.chatTemplate
        func ids(_ messages: [ChatMessage]) -> [Int32]? {
            guard let template else {
                return messages.last.map {
                    tokenizer.encode(
                        Array($0.content.utf8),
                        parsingSpecialTokens: false,
                        addingBOS: tokenizer.addsBOS
                    )
                }
            }
            let chat = try? template.render(
                messages,
                addingGenerationPrompt: true,
                bosToken: tokenizer.bos.map(tokenizer.bytes(of:)) ?? [],
                eosToken: tokenizer.eos.map(tokenizer.bytes(of:)) ?? []
            )
            return chat.map { tokenizer.encode($0).ids }
        }
        let rows = inputs.heldOutRecords.prefix(count).compactMap { record in
            record.question.map { ($0.messages, $0.reference) }
        }
        let asked = (request.samplePrompts ?? []).map {
            ([ChatMessage(role: "user", content: $0)], nil as String?)
        }
        let room = inputs.model.configuration.contextLength - Self.answerLength
        questions = (rows + asked).compactMap { messages, reference in
            guard let prompt = messages.last?.content, let ids = ids(messages), ids.count <= room,
                !ids.isEmpty
            else { return nil }
            return Question(prompt: prompt, reference: reference, ids: ids)
        }
        guard let longest = questions.map(\.ids.count).max() else { return nil }
        generator = try Generator(
            model: inputs.model,
            adapter: trainer.weights.adapter,
            contextLength: longest + Self.answerLength,
            precision: trainer.configuration.precision,
            holdsCopies: false
        )
    }

    /// What the model answers now.
    func answers(isCancelled: () -> Bool) throws -> [AnswerSample] {
        try questions.map { question in
            if isCancelled() { throw CancellationError() }
            // The weights are others than the last time.
            generator.forget()
            let answer = try generator.generate(
                prompt: question.ids,
                configuration: .greedy(maxTokens: Self.answerLength),
                isCancelled: isCancelled
            )
            return AnswerSample(
                prompt: question.prompt,
                reference: question.reference,
                answer: answer.text
            )
        }
    }
}

extension Record {
    /// The words of a document that are given to be continued.
    private static let givenWords = 12

    /// What can be asked of the row, and what it answers.
    fileprivate var question: (messages: [ChatMessage], reference: String?)? {
        switch content {
        case .conversation:
            guard let messages, let answer = messages.lastIndex(where: { $0.role == "assistant" }),
                answer > 0
            else { return nil }
            return (Array(messages[..<answer]), messages[answer].content)
        case .text(let text):
            let words = text.split(separator: " ", omittingEmptySubsequences: false)
            let given = words.prefix(Self.givenWords).joined(separator: " ")
            guard !given.isEmpty else { return nil }
            let rest = words.dropFirst(Self.givenWords).prefix(40).joined(separator: " ")
            return ([ChatMessage(role: "user", content: given)], rest.isEmpty ? nil : rest)
        }
    }
}
