/// A page of a dataset's rows as a model sees them.
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

    /// What a page's rows are.
    public enum Layout: String, Sendable, Codable, CaseIterable {
        /// Records, in the order of the file.
        case records
        /// Records packed into sequences, as the first pass of a run with default settings takes
        /// them.
        case packed
    }

    /// Where one sequence or record ends in a row and the next begins.
    public struct Border: Equatable, Sendable, Codable {
        /// The first token behind it.
        public var place: Int
        /// What begins there.
        public var label: String

        /// Creates a border.
        public init(place: Int, label: String) {
            self.place = place
            self.label = label
        }
    }

    /// One record, or one packed sequence.
    public struct Row: Equatable, Sendable, Codable {
        /// Its place in its part, counted from 0.
        public var index: Int
        /// The file it comes from and the line, counted from 1.
        public var source: String
        /// What the model reads.
        public var tokens: [Token]
        /// The place of the first token behind the sequence length; nil for a row that fits.
        public var cut: Int?
        /// Where a document is cut into sequences, or one record of a pack follows another.
        public var borders: [Border]
        /// Why it cannot be trained on.
        public var problem: String?

        /// Creates a row.
        public init(
            index: Int,
            source: String,
            tokens: [Token],
            cut: Int? = nil,
            borders: [Border] = [],
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
    /// Whether the rows are records or packs of them.
    public var layout: Layout
    /// The model whose tokenizer and template were used; nil for plain text.
    public var model: String?
    /// The maximum number of tokens of a sequence.
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
        layout: Layout = .records,
        model: String?,
        sequenceLength: Int = 256,
        offset: Int,
        totalCount: Int,
        rows: [Row]
    ) {
        self.dataset = dataset
        self.part = part
        self.layout = layout
        self.model = model
        self.sequenceLength = sequenceLength
        self.offset = offset
        self.totalCount = totalCount
        self.rows = rows
    }
}
