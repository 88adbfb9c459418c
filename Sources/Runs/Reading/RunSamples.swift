/// The answers of a model in training at an evaluation of its run.
public struct RunSamples: Equatable, Sendable, Codable {
    /// A prompt and its answer.
    public struct Sample: Equatable, Sendable, Codable {
        /// The prompt.
        public var prompt: String
        /// The answer in the data; nil for a prompt that is not from the data.
        public var reference: String?
        /// The model's answer.
        public var answer: String
    }

    /// The number of steps before.
    public var step: Int
    /// The answers.
    public var samples: [Sample]
}
