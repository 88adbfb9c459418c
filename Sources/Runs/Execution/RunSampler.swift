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
    private let generator: BatchGenerator

    /// The maximum number of tokens of an answer.
    private static let answerLength = 48
    /// The answers that are generated at once.
    private static let answersAtOnce = 8
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
        generator = BatchGenerator(
            model: inputs.model,
            adapter: adapter,
            batchSize: min(questions.count, Self.answersAtOnce),
            contextLength: length,
            precision: inputs.configuration.precision,
            holdsCopies: false
        )
    }

    /// The bytes of memory that it takes.
    static func byteCount(_ inputs: TrainingInputs) -> Int {
        let questions = questions(inputs)
        guard let length = contextLength(questions) else { return 0 }
        return BatchGenerator.byteCount(
            inputs.model,
            batchSize: min(questions.count, answersAtOnce),
            contextLength: length,
            rank: inputs.configuration.adapterShape?.rank ?? 1,
            precision: inputs.configuration.precision
        )
    }

    /// How long the answers of an evaluation take if none ends early, measured on the first ones.
    func seconds(isCancelled: () -> Bool) throws -> Double {
        guard let batch = batches.first else { return 0 }
        let answers = try generator.generate(
            prompts: batch.map(\.ids),
            configuration: .greedy(maxTokens: Self.measuredLength),
            isCancelled: isCancelled
        )
        func tokens(_ questions: some Sequence<Question>) -> Double {
            Double(questions.reduce(0) { $0 + $1.ids.count })
        }
        let reading = answers.prefillSeconds / max(1, tokens(batch))
        let step = answers.decodeSeconds / Double(max(1, answers.steps))
        return reading * tokens(questions) + step * Double(batches.count * Self.answerLength)
    }

    /// The questions that are answered together.
    private var batches: [ArraySlice<Question>] {
        stride(from: 0, to: questions.count, by: generator.batchSize).map {
            questions[$0..<min($0 + generator.batchSize, questions.count)]
        }
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

    /// The model's answers now; a model whose numbers overflow has none.
    ///
    /// That does not end its run: the monitors decide, by the loss.
    func answers(isCancelled: () -> Bool) throws -> [EvaluationSample] {
        try batches.flatMap { batch in
            if isCancelled() { throw CancellationError() }
            let answers = try generator.generate(
                prompts: batch.map(\.ids),
                configuration: .greedy(maxTokens: Self.answerLength),
                isCancelled: isCancelled
            )
            return zip(batch, answers.all).map { question, answer in
                EvaluationSample(
                    prompt: question.prompt,
                    reference: question.reference,
                    answer: (try? answer.get().text) ?? Self.noAnswer
                )
            }
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
