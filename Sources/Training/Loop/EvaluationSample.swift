/// What the model in training answers to one of the prompts that are asked at evaluations.
public struct EvaluationSample: Sendable, Equatable, Codable {
    /// What was asked.
    public let prompt: String
    /// What the data answers; nil for a prompt that is not of the data.
    public let reference: String?
    /// What the model answered.
    public let answer: String

    /// Records an answer.
    public init(prompt: String, reference: String?, answer: String) {
        self.prompt = prompt
        self.reference = reference
        self.answer = answer
    }
}
