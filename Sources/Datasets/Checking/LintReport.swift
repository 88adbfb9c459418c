/// The findings in a dataset before it is trained on.
public struct LintReport: Sendable, Equatable, Codable {
    /// The name of the model that the rows were checked for; nil if there was none.
    public var model: String?
    /// The sequence length that they were checked for.
    public var sequenceLength: Int
    /// How many rows to train on were checked.
    public var rows: Int
    /// How many held-out rows were checked.
    public var heldOutRows: Int
    /// The findings, those that block training first, grouped by rule.
    public var findings: [LintFinding]

    /// Creates a report.
    public init(
        model: String? = nil,
        sequenceLength: Int,
        rows: Int,
        heldOutRows: Int,
        findings: [LintFinding]
    ) {
        self.model = model
        self.sequenceLength = sequenceLength
        self.rows = rows
        self.heldOutRows = heldOutRows
        self.findings = findings
    }

    /// Whether something blocks training.
    public var isBlocking: Bool { findings.contains(where: \.blocks) }

    /// The same report, in which findings of the given rules do not block.
    public func allowing(_ allowed: Set<LintRule>) -> LintReport {
        var report = self
        for index in report.findings.indices where allowed.contains(findings[index].rule) {
            report.findings[index].blocks = false
        }
        return report
    }

    /// The findings that block training, except those of the given rules.
    public func blocking(allowing allowed: Set<LintRule> = []) -> [LintFinding] {
        allowing(allowed).findings.filter(\.blocks)
    }
}
