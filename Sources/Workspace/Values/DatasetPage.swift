/// A stretch of a dataset's rows as a model sees them.
public struct DatasetPage: Equatable, Sendable, Codable {
    /// Which records of a dataset.
    public enum Part: String, Sendable, Codable, CaseIterable {
        /// Records that are trained on.
        case training
        /// Records kept apart for evaluation.
        case heldOut
    }

    /// One token of a row.
    public struct Token: Equatable, Sendable, Codable {
        /// The token's number; nil where no model is there to tokenize with.
        public var id: Int32?
        /// Its text; what is not whole UTF-8 is joined to the token that completes it.
        public var text: String
        /// Whether the loss counts predicting it.
        public var isTarget: Bool
        /// Whether it is a control token, such as one that ends a turn.
        public var isControl: Bool

        /// Creates a token.
        public init(id: Int32?, text: String, isTarget: Bool, isControl: Bool) {
            self.id = id
            self.text = text
            self.isTarget = isTarget
            self.isControl = isControl
        }
    }

    /// One record.
    public struct Row: Equatable, Sendable, Codable {
        /// Its place in its part, counted from 0.
        public var index: Int
        /// The file it comes from and the line, counted from 1.
        public var source: String
        /// What the model reads.
        public var tokens: [Token]
        /// The place of the first token behind the sequence length; nil for a row that fits.
        public var cut: Int?
        /// The places, ascending, at which a document is cut into sequences.
        public var borders: [Int]
        /// Why it cannot be trained on.
        public var problem: String?

        /// Creates a row.
        public init(
            index: Int,
            source: String,
            tokens: [Token],
            cut: Int? = nil,
            borders: [Int] = [],
            problem: String? = nil
        ) {
            self.index = index
            self.source = source
            self.tokens = tokens
            self.cut = cut
            self.borders = borders
            self.problem = problem
        }

        /// Tokens that the loss counts.
        public var targetCount: Int { tokens.count(where: \.isTarget) }
    }

    /// The dataset's name.
    public var dataset: String
    /// Which records.
    public var part: Part
    /// The model whose tokenizer and template were used; nil for plain text.
    public var model: String?
    /// The most tokens of a sequence.
    public var sequenceLength: Int
    /// The first row's place.
    public var offset: Int
    /// Rows in the whole part.
    public var totalCount: Int
    /// The rows.
    public var rows: [Row]

    /// Creates a page.
    public init(
        dataset: String,
        part: Part,
        model: String?,
        sequenceLength: Int = 256,
        offset: Int,
        totalCount: Int,
        rows: [Row]
    ) {
        self.dataset = dataset
        self.part = part
        self.model = model
        self.sequenceLength = sequenceLength
        self.offset = offset
        self.totalCount = totalCount
        self.rows = rows
    }
}
