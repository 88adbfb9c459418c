public import Datasets

/// A dataset as a row of a list.
public struct DatasetSummary: Equatable, Sendable, Codable, Identifiable {
    /// Where a dataset comes from.
    public enum Origin: String, Sendable, Codable {
        /// It ships with the program.
        case sample
        /// It was added to this workspace, as a copy.
        case added
    }

    /// What tokenizing with one model's tokenizer and template found.
    ///
    /// It joins what `DatasetStatistics` counts with the model, the cut at the sequence length and the
    /// rows that nothing can be learned from; so it is stored, and printed by `--json`.
    public struct Statistics: Equatable, Sendable, Codable {
        /// The model whose tokenizer counted.
        public var model: String
        /// The sequence length at which examples were cut.
        public var sequenceLength: Int
        /// Tokens in all examples.
        public var tokens: Int
        /// Tokens that the loss counts.
        public var targetTokens: Int
        /// Mean tokens an example.
        public var meanTokens: Double
        /// Half of the examples are no longer than this.
        public var medianTokens: Int
        /// 95 of 100 examples are no longer than this.
        public var p95Tokens: Int
        /// The longest example.
        public var maximumTokens: Int
        /// Examples longer than the sequence length.
        public var tooLong: Int
        /// Examples on which nothing would be learned.
        public var withoutTarget: Int
        /// How many examples are how long, in columns of equal width.
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
    /// The first hexadecimal digits of the content's SHA-256; empty where the data is broken.
    public var digest: String
    /// How the rows are written: `alpaca`, `dolly`, `sharegpt`, `messages`, `prompt-completion` or
    /// `text`.
    public var format: String
    /// The file or folder.
    public var path: String
    /// Where it comes from.
    public var origin: Origin
    /// Records to train on.
    public var trainingCount: Int
    /// Records held out.
    public var heldOutCount: Int
    /// Bytes on the disk.
    public var byteCount: Int64
    /// What is wrong with it, with file and line; nil when it can be used.
    public var problem: String?
    /// What was decided while reading where the files leave a choice, in sentences.
    public var decisions: [String]
    /// Counts, once measured.
    public var statistics: Statistics?
    /// What was found, once looked for.
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
