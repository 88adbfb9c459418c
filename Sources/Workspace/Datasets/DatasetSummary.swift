public import Datasets

/// A dataset as a row of a list.
public struct DatasetSummary: Equatable, Sendable, Codable, Identifiable {
    /// The origin of a dataset.
    public enum Origin: String, Sendable, Codable {
        /// It ships with the program.
        case sample
        /// It was added to this workspace, as a copy.
        case added
    }

    /// Token counts, with one model's tokenizer and template.
    ///
    /// It adds to `DatasetStatistics` the model, the sequence length and the number of rows without
    /// a target; this form is stored and printed by `--json`.
    public struct Statistics: Equatable, Sendable, Codable {
        /// The model whose tokenizer counted.
        public var model: String
        /// The sequence length at which examples were cut.
        public var sequenceLength: Int
        /// Tokens in all examples.
        public var tokens: Int
        /// Tokens that the loss counts.
        public var targetTokens: Int
        /// Mean tokens per example.
        public var meanTokens: Double
        /// The median length.
        public var medianTokens: Int
        /// The 95th percentile of the lengths.
        public var p95Tokens: Int
        /// The longest example.
        public var maximumTokens: Int
        /// Examples longer than the sequence length.
        public var tooLong: Int
        /// Examples without a target.
        public var withoutTarget: Int
        /// The histogram of lengths, in columns of equal width.
        public var lengths: [DatasetStatistics.Bucket]

        /// Creates statistics.
        public init(
            model: String,
            sequenceLength: Int,
            tokens: Int,
            targetTokens: Int,
            meanTokens: Double,
            medianTokens: Int,
            p95Tokens: Int,
            maximumTokens: Int,
            tooLong: Int,
            withoutTarget: Int,
            lengths: [DatasetStatistics.Bucket] = []
        ) {
            self.model = model
            self.sequenceLength = sequenceLength
            self.tokens = tokens
            self.targetTokens = targetTokens
            self.meanTokens = meanTokens
            self.medianTokens = medianTokens
            self.p95Tokens = p95Tokens
            self.maximumTokens = maximumTokens
            self.tooLong = tooLong
            self.withoutTarget = withoutTarget
            self.lengths = lengths
        }
    }

    /// The name, which is also its identity within the workspace.
    public var name: String
    /// The first hexadecimal digits of the content's SHA-256; empty if the data is invalid.
    public var digest: String
    /// The format of the rows: `alpaca`, `dolly`, `sharegpt`, `messages`, `prompt-completion` or
    /// `text`.
    public var format: String
    /// The file or folder.
    public var path: String
    /// Its origin.
    public var origin: Origin
    /// Records to train on.
    public var trainingCount: Int
    /// Records held out.
    public var heldOutCount: Int
    /// Its size on disk, in bytes.
    public var byteCount: Int64
    /// Its error, with file and line; nil if it can be used.
    public var problem: String?
    /// Choices made while reading ambiguous files, in sentences.
    public var decisions: [String]
    /// Counts, once measured.
    public var statistics: Statistics?
    /// The lint report, once checked.
    public var lint: LintReport?

    /// The name.
    public var id: String { name }

    /// Creates a summary.
    public init(
        name: String,
        digest: String,
        format: String,
        path: String,
        origin: Origin,
        trainingCount: Int,
        heldOutCount: Int,
        byteCount: Int64,
        problem: String? = nil,
        decisions: [String] = [],
        statistics: Statistics? = nil,
        lint: LintReport? = nil
    ) {
        self.name = name
        self.digest = digest
        self.format = format
        self.path = path
        self.origin = origin
        self.trainingCount = trainingCount
        self.heldOutCount = heldOutCount
        self.byteCount = byteCount
        self.problem = problem
        self.decisions = decisions
        self.statistics = statistics
        self.lint = lint
    }
}
