import ChatTemplates
import Datasets
import Inference
import ModelFiles
import Platform
import Tokenizers
import Training
import Transformer

/// Generates answers with a model in training: to some held-out rows and to the user's prompts.
///
/// Used on one trainer's thread. Answers are greedy, so that two evaluations differ only by the
/// training between them.
final class RunSampler {
    private struct Question {
        let prompt: String
        let reference: String?
        let ids: [Int32]
    }

    private let questions: [Question]
    private let generator: Generator

    /// The maximum number of tokens of an answer.
    private static let answerLength = 48
    /// The number of tokens that are generated to measure the speed.
    private static let measuredLength = 6

    /// Prepares the questions; nil if there are none.
    convenience init?(_ inputs: TrainingInputs, _ trainer: Trainer) throws {
        try self.init(inputs, adapter: trainer.weights.adapter)
    }

    /// Prepares the questions for the model with an adapter.
    init?(_ inputs: TrainingInputs, adapter: LoRA?) throws {
        questions = Self.questions(inputs)
        guard let length = Self.contextLength(questions) else { return nil }
        generator = try Generator(
            model: inputs.model,
            adapter: adapter,
            contextLength: length,
            precision: inputs.configuration.precision,
            holdsCopies: false
        )
    }

    /// The bytes of memory that it takes.
    static func byteCount(_ inputs: TrainingInputs) -> Int {
        guard let length = contextLength(questions(inputs)) else { return 0 }
        return Generator.byteCount(
            inputs.model,
            contextLength: length,
            rank: inputs.configuration.adapterShape?.rank ?? 1,
            precision: inputs.configuration.precision
        )
    }

    /// How long the answers of an evaluation take if none ends early, measured on the first one.
    func seconds(isCancelled: () -> Bool) throws -> Double {
        guard let question = questions.first else { return 0 }
        let answer = try generator.generate(
            prompt: question.ids,
            configuration: .greedy(maxTokens: Self.measuredLength),
            isCancelled: isCancelled
        )
        let reading = answer.prefillSeconds / Double(max(1, question.ids.count))
        let tokens = questions.reduce(0) { $0 + $1.ids.count }
        let writing = answer.decodeSeconds / Double(max(1, answer.ids.count - 1))
        return reading * Double(tokens)
            + writing * Double(questions.count * Self.answerLength)
    }

    private static func contextLength(_ questions: [Question]) -> Int? {
        questions.map(\.ids.count).max().map { $0 + answerLength }
    }

    private static func questions(_ inputs: TrainingInputs) -> [Question] {
        let request = inputs.request
        let count = request.sampleCount ?? TrainingRequest.defaultSamples
        let tokenizer = inputs.model.file.tokenizer
        let template = inputs.templateDigest == nil ? nil : inputs.model.file.chatTemplate
        func ids(_ messages: [Message]) -> [Int32]? {
            guard let template else {
                return messages.last.map {
                    tokenizer.encode(
                        Array($0.content.utf8),
                        parsingSpecialTokens: false,
                        addingBOS: tokenizer.addsBOS
                    )
                }
            }
            return try? template.prompt(messages, tokenizer: tokenizer)
        }
        let rows = inputs.heldOutRecords.prefix(count).compactMap { record in
            record.question.map { ($0.messages, $0.reference) }
        }
        let asked = request.samplePrompts.map {
            ([Message(role: "user", content: $0)], nil as String?)
        }
        let room = inputs.model.configuration.contextLength - answerLength
        return (rows + asked).compactMap { messages, reference in
            guard let prompt = messages.last?.content, let ids = ids(messages), ids.count <= room,
                !ids.isEmpty
            else { return nil }
            return Question(prompt: prompt, reference: reference, ids: ids)
        }
    }

    /// The model's answers now.
    func answers(isCancelled: () -> Bool) throws -> [EvaluationSample] {
        try questions.map { question in
            if isCancelled() { throw CancellationError() }
            // The weights have changed since the last time.
            generator.forget()
            return EvaluationSample(
                prompt: question.prompt,
                reference: question.reference,
                answer: try answer(to: question, isCancelled)
            )
        }
    }

    /// The answer to a question; a model whose numbers overflow has none.
    ///
    /// That does not end its run: the monitors decide, by the loss.
    private func answer(to question: Question, _ isCancelled: () -> Bool) throws -> String {
        do {
            return try generator.generate(
                prompt: question.ids,
                configuration: .greedy(maxTokens: Self.answerLength),
                isCancelled: isCancelled
            ).text
        } catch let error as InferenceError where error.code == .brokenLogits {
            return Self.noAnswer
        }
    }

    /// The text in place of an answer that could not be computed.
    private static let noAnswer = "(none: the model's numbers overflow)"
}

extension Record {
    /// The words of a document that are given to be continued.
    private static let givenWords = 12

    /// What can be asked of the row, and what it answers.
    fileprivate var question: (messages: [Message], reference: String?)? {
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
            return ([Message(role: "user", content: given)], rest.isEmpty ? nil : rest)
        }
    }
}
