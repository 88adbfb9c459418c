/// What was found in a dataset before it is trained on.
public struct LintReport: Sendable, Equatable, Codable {
    /// The name of the model as which the rows were looked at; nil where none was.
    public var model: String?
    /// The sequence length at which they were.
    public var sequenceLength: Int
    /// How many rows to train on were looked at.
    public var rows: Int
    /// How many held-out rows were looked at.
    public var heldOutRows: Int
    /// The findings, those that block training first, each rule's together.
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

    /// The same report, where findings of some rules block nothing.
    public func allowing(_ allowed: Set<LintRule>) -> LintReport {
        var report = self
        for index in report.findings.indices where allowed.contains(findings[index].rule) {
            report.findings[index].blocks = false
        }
        return report
    }

    /// The findings that block training, but for those of rules that are allowed.
    public func blocking(allowing allowed: Set<LintRule> = []) -> [LintFinding] {
        allowing(allowed).findings.filter(\.blocks)
    }
}
