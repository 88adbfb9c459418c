/// A page of a dataset's rows as a model sees them.
public struct DatasetPage: Equatable, Sendable, Codable {
    /// Which records of a dataset.
    public enum Part: String, Sendable, Codable, CaseIterable {
        /// Records that are trained on.
        case training
        /// Records held out for evaluation.
        case heldOut
    }

    /// One token of a row.
    public struct Token: Equatable, Sendable, Codable {
        /// The token's id; nil without a model.
        public var id: Int32?
        /// Its text; incomplete UTF-8 is joined to the token that completes it.
        public var text: String
        /// Whether it is a target of the loss.
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

    /// The kind of a page's rows.
    public enum Layout: String, Sendable, Codable, CaseIterable {
        /// Records, in the order of the file.
        case records
        /// Records packed into sequences, as in the first epoch of a run with default settings.
        case packed
    }

    /// The border between two sequences or records in a row.
    public struct Border: Equatable, Sendable, Codable {
        /// The index of the first token after it.
        public var place: Int
        /// The name of what begins there.
        public var label: String

        /// Creates a border.
        public init(place: Int, label: String) {
            self.place = place
            self.label = label
        }
    }

    /// One record, or one packed sequence.
    public struct Row: Equatable, Sendable, Codable {
        /// Its index in its part, from 0.
        public var index: Int
        /// Its file and line, from 1.
        public var source: String
        /// The tokens that the model reads.
        public var tokens: [Token]
        /// The index of the first token beyond the sequence length; nil if the row fits.
        public var cut: Int?
        /// The borders between the sequences of a document or the records of a pack.
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
    /// The first row's index.
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
