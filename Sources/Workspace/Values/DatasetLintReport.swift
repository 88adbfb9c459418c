import Datasets

/// What was found in a dataset before it is trained on.
public struct DatasetLintReport: Equatable, Sendable, Codable {
    /// A row.
    public struct Row: Equatable, Sendable, Codable {
        /// `training` or `held-out`.
        public var part: String
        /// Its number in the part, from 1.
        public var number: Int
        /// Its file and line.
        public var source: String
        /// The file and line of the row it is compared with, where the finding is about two.
        public var other: String?

        /// Creates a row.
        public init(part: String, number: Int, source: String, other: String? = nil) {
            self.part = part
            self.number = number
            self.source = source
            self.other = other
        }
    }

    /// What one rule found.
    public struct Finding: Equatable, Sendable, Codable {
        /// The rule's name.
        public var rule: String
        /// Whether training is refused because of it.
        public var blocks: Bool
        /// What was found, in words.
        public var detail: String
        /// In how many rows; 0 where it is about the model.
        public var count: Int
        /// The first of the rows.
        public var rows: [Row]
        /// The beginning of the first row, without secrets; a row's own text.
        public var excerpt: String
        /// What to do.
        public var advice: String

        /// Creates a finding.
        public init(
            rule: String,
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
    }

    /// The model as which the rows were looked at; nil where none was.
    public var model: String?
    /// The sequence length at which they were.
    public var sequenceLength: Int
    /// Rows to train on.
    public var rows: Int
    /// Rows held out.
    public var heldOutRows: Int
    /// The findings, those that block training first.
    public var findings: [Finding]

    /// Creates a report.
    public init(
        model: String?,
        sequenceLength: Int,
        rows: Int,
        heldOutRows: Int,
        findings: [Finding]
    ) {
        self.model = model
        self.sequenceLength = sequenceLength
        self.rows = rows
        self.heldOutRows = heldOutRows
        self.findings = findings
    }

    /// Whether something blocks training.
    public var isBlocking: Bool { findings.contains(where: \.blocks) }

    init(
        _ report: LintReport,
        model: String?,
        sequenceLength: Int,
        allowing allowed: Set<LintRule> = []
    ) {
        self.init(
            model: model,
            sequenceLength: sequenceLength,
            rows: report.rows,
            heldOutRows: report.heldOutRows,
            findings: report.findings.map { finding in
                var shown = Finding(finding)
                if allowed.contains(finding.rule) { shown.blocks = false }
                return shown
            }
        )
    }
}

extension DatasetLintReport.Finding {
    init(_ finding: LintFinding) {
        self.init(
            rule: finding.rule.rawValue,
            blocks: finding.isBlocking,
            detail: finding.detail,
            count: finding.count,
            rows: finding.rows.map { row in
                .init(
                    part: row.part.rawValue,
                    number: row.number,
                    source: row.source.description,
                    other: row.other?.description
                )
            },
            excerpt: finding.excerpt,
            advice: finding.advice
        )
    }
}
