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

/// An alert of one of a run's monitors.
public struct RunAlert: Equatable, Sendable, Codable {
    /// The step it is about.
    public var step: Int
    /// The monitor, such as `loss-spike`.
    public var monitor: String
    /// What it measured.
    public var message: String
    /// The action taken, such as `mark`.
    public var action: String
    /// The alert's number in its run, from 1; a run keeps the newest alerts.
    public var number: Int?
    /// The result of the action, in a sentence, if there is one.
    public var outcome: String?

    /// The stored keys.
    private enum CodingKeys: String, CodingKey {
        case step, message, action, number, outcome
        case monitor = "sentinel"
    }

    /// Whether both are about the same measurement.
    func isSame(as other: RunAlert) -> Bool {
        step == other.step && monitor == other.monitor && message == other.message
    }
}

/// The forecast and measured cost of a run.
public struct RunCost: Equatable, Sendable, Codable {
    /// The forecast seconds of work, from a measured step; nil if nothing was measured.
    public var forecastSeconds: Double?
    /// The measured seconds of work.
    public var seconds: Double
    /// The forecast of the process's peak memory in bytes.
    public var forecastBytes: Int
    /// The measured peak memory of the process in bytes.
    public var bytes: Int
}
