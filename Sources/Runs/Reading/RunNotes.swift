/// What a model in training answered at one of its run's evaluations.
public struct RunSamples: Equatable, Sendable, Codable {
    /// A prompt and its answer.
    public struct Sample: Equatable, Sendable, Codable {
        /// What was asked.
        public var prompt: String
        /// What the data answers; nil for a prompt that is not of the data.
        public var reference: String?
        /// What the model answered.
        public var answer: String
    }

    /// The steps taken before.
    public var step: Int
    /// The answers.
    public var samples: [Sample]
}

/// Something that a run's monitors saw.
public struct RunAlert: Equatable, Sendable, Codable {
    /// The step it is about.
    public var step: Int
    /// Which monitor it is, such as `loss-spike`.
    public var monitor: String
    /// What it saw.
    public var message: String
    /// What was done about it, such as `mark`.
    public var action: String
    /// Which alert of the run it is, from 1; a run keeps the newest.
    public var number: Int?
    /// What came of the action, in a sentence, where there is more to say.
    public var outcome: String?

    /// The keys under which runs have it stored.
    private enum CodingKeys: String, CodingKey {
        case step, message, action, number, outcome
        case monitor = "sentinel"
    }

    /// Whether both are about the same thing that was seen.
    func isSame(as other: RunAlert) -> Bool {
        step == other.step && monitor == other.monitor && message == other.message
    }
}

/// What a run was forecast to take, and what it took.
public struct RunCost: Equatable, Sendable, Codable {
    /// Seconds of work, forecast from a measured step; nil where nothing was measured.
    public var forecastSeconds: Double?
    /// Seconds that it worked.
    public var seconds: Double
    /// What the process was forecast to hold at the run's peak, in bytes.
    public var forecastBytes: Int
    /// What it held at the most, whatever else it did.
    public var bytes: Int
}
