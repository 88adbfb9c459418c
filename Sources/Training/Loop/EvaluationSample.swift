/// The answer of the model in training to a prompt at an evaluation.
public struct EvaluationSample: Sendable, Equatable, Codable {
    /// The prompt.
    public let prompt: String
    /// The answer in the data; nil for a prompt that is not from the data.
    public let reference: String?
    /// The model's answer.
    public let answer: String

    /// Creates a sample.
    public init(prompt: String, reference: String?, answer: String) {
        self.prompt = prompt
        self.reference = reference
        self.answer = answer
    }
}
