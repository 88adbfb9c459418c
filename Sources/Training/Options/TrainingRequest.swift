public import Datasets

/// The user's request to start a run; everything that is not given has the program's default.
@dynamicMemberLookup
public struct TrainingRequest: Equatable, Sendable {
    /// The training objective.
    public enum Objective: String, Sendable, Codable, CaseIterable {
        /// Supervised: the loss counts the assistant's tokens.
        case sft
        /// Continued pre-training: the loss counts every token.
        case cpt
    }

    /// The default number of held-out rows that are answered at an evaluation.
    public static let defaultSamples = 2
    /// The maximum number of held-out rows that are answered at an evaluation.
    public static let maxSamples = 64

    /// Base model: a catalogue name, a path, or `models:/NAME@ALIAS` to continue that adapter.
    public var model: String
    /// Dataset: a name or a path.
    public var dataset: String
    /// What the trainer computes.
    public var configuration = TrainingConfiguration()
    /// Held-out data: a name or path; nil for the dataset's own held-out part.
    public var evaluationDataset: String?
    /// Share of the records held out by hash, 0 to 1; nil for none.
    public var evaluationSplit: Double?
    /// The objective; nil chooses by the data: cpt for text, sft for conversations.
    public var objective: Objective?
    /// How conversations longer than the sequence length are handled.
    public var overLength = OverLengthPolicy.stop
    /// How documents become sequences.
    public var documents = ExampleRenderer.DocumentLayout.separate
    /// Lint rules whose findings do not block the run; `all` for every one.
    public var allowedFindings: [String] = []
    /// How many held-out rows are answered at every evaluation; nil for ``defaultSamples``.
    public var sampleCount: Int?
    /// Further prompts to answer at every evaluation.
    public var samplePrompts: [String] = []
    /// The run's name; nil derives one from dataset and method.
    public var runName: String?
    /// The experiment's name; nil for that in the settings, else `Default`.
    public var experiment: String?
    /// The later phases, each starting from the result of the previous one.
    public var then: [TrainingRequest]?

    /// A request with the program's defaults.
    public init(model: String, dataset: String) {
        self.model = model
        self.dataset = dataset
    }

    /// A setting of the configuration.
    public subscript<Value>(
        dynamicMember path: WritableKeyPath<TrainingConfiguration, Value>
    ) -> Value {
        get { configuration[keyPath: path] }
        set { configuration[keyPath: path] = newValue }
    }

    /// A property that follows from several settings of the configuration.
    public subscript<Value>(dynamicMember path: KeyPath<TrainingConfiguration, Value>) -> Value {
        configuration[keyPath: path]
    }
}

extension TrainingRequest: Codable {
    private static let later = TextKey(stringValue: "then")

    /// Decodes a request, also of an earlier version; missing options have their defaults.
    public init(from decoder: any Decoder) throws {
        self = TrainingOption.plain
        let container = try decoder.container(keyedBy: TextKey.self)
        for option in TrainingOptions.all { try option.decode(&self, from: container) }
        then = try container.decodeIfPresent([TrainingRequest].self, forKey: Self.later)
    }

    /// Encodes every option under its own key.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: TextKey.self)
        for option in TrainingOptions.all { try option.encode(self, to: &container) }
        try container.encodeIfPresent(then, forKey: Self.later)
    }
}

extension TrainingConfiguration: Codable {
    private static let allows = TextKey(stringValue: "allowsNoTargets")

    /// Decodes a configuration; options missing in older versions have their defaults.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: TextKey.self)
        var request = TrainingOption.plain
        for option in TrainingOptions.all where option.isConfiguration {
            try option.decode(&request, from: container)
        }
        self = request.configuration
        allowsNoTargets = try container.decodeIfPresent(Bool.self, forKey: Self.allows) ?? false
    }

    /// Encodes every option under its own key.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: TextKey.self)
        let request = TrainingRequest(self)
        for option in TrainingOptions.all where option.isConfiguration {
            try option.encode(request, to: &container)
        }
        try container.encode(allowsNoTargets, forKey: Self.allows)
    }
}

extension TrainingRequest {
    /// A request with only a configuration.
    init(_ configuration: TrainingConfiguration) {
        self = TrainingOption.plain
        self.configuration = configuration
    }
}

extension TrainingConfiguration {
    /// The names of the differing settings on which the results depend.
    func mathematicalDifferences(from other: TrainingConfiguration) -> [String] {
        let (one, other) = (TrainingRequest(self), TrainingRequest(other))
        return TrainingOptions.all
            .filter { $0.isConfiguration && $0.changesNumbers && !$0.isSame(one, other) }
            .map(\.title)
    }
}
