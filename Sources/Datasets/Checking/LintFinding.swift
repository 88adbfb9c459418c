/// A finding of one rule, in one row or several.
public struct LintFinding: Sendable, Equatable, Codable {
    /// A row.
    public struct Row: Sendable, Equatable {
        /// The part it is in.
        public var part: Dataset.Part
        /// Its number in the part, from 1.
        public var number: Int
        /// Its file and line.
        public var source: RecordSource
        /// The row it is compared with, if the finding is about two.
        public var other: RecordSource?

        /// Creates a row.
        public init(
            part: Dataset.Part,
            number: Int,
            source: RecordSource,
            other: RecordSource? = nil
        ) {
            self.part = part
            self.number = number
            self.source = source
            self.other = other
        }
    }

    /// How many rows are named; the others are counted.
    public static let maxNamedRows = 20

    /// The rule.
    public var rule: LintRule
    /// Whether training is refused because of it.
    public var blocks: Bool
    /// What was found, in words.
    public var detail: String
    /// How many rows have it; 0 if it is about the model.
    public var count: Int
    /// The first of the rows.
    public var rows: [Row]
    /// The beginning of the text found in the first row, without secrets; the row's own text.
    public var excerpt: String
    /// What to do.
    public var advice: String

    /// Creates a finding.
    public init(
        rule: LintRule,
        blocks: Bool,
        detail: String,
        count: Int,
        rows: [Row],
        excerpt: String,
        advice: String
    ) {
        self.rule = rule
        self.blocks = blocks
        self.detail = detail
        self.count = count
        self.rows = rows
        self.excerpt = excerpt
        self.advice = advice
    }

    /// What was found, in how many rows, and the first of them.
    package var sentence: String {
        guard let row = rows.first else { return "\(rule.rawValue): \(detail)" }
        let rows = count == 1 ? "1 row" : "\(count) rows, the first"
        return "\(rule.rawValue): \(detail) (\(rows) \(row.source))"
    }
}

extension LintFinding.Row: Codable {
    private enum CodingKeys: String, CodingKey {
        case part, number, source, other
    }

    /// Reads what ``encode(to:)`` wrote.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            part: try values.decode(Dataset.Part.self, forKey: .part),
            number: try values.decode(Int.self, forKey: .number),
            source: RecordSource(try values.decode(String.self, forKey: .source)),
            other: try values.decodeIfPresent(String.self, forKey: .other).map { RecordSource($0) }
        )
    }

    /// Encodes sources as file and line with a colon between.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(part, forKey: .part)
        try values.encode(number, forKey: .number)
        try values.encode(source.description, forKey: .source)
        try values.encodeIfPresent(other?.description, forKey: .other)
    }
}
