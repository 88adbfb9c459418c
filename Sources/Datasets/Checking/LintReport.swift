/// What was found in a dataset.
public struct LintReport: Sendable, Equatable, Codable {
    /// The findings, those that block training first, each rule's together.
    public let findings: [LintFinding]
    /// How many rows to train on were looked at.
    public let rows: Int
    /// How many held-out rows were looked at.
    public let heldOutRows: Int

    /// The findings that block training, but for those of rules that are allowed.
    public func blocking(allowing allowed: Set<LintRule> = []) -> [LintFinding] {
        findings.filter { $0.isBlocking && !allowed.contains($0.rule) }
    }
}

/// What one rule found, in one row or many.
public struct LintFinding: Sendable, Equatable, Codable {
    /// A row.
    public struct Row: Sendable, Equatable, Codable {
        /// The part it is in.
        public let part: Dataset.Part
        /// Its number in the part, from 1.
        public let number: Int
        /// Its file and line.
        public let source: RecordSource
        /// The row it is compared with, where the finding is about two.
        public let other: RecordSource?
    }

    /// Rows that are named; the others are counted.
    public static let mostNamed = 20

    /// The rule.
    public let rule: LintRule
    /// Whether training is refused because of it.
    public let isBlocking: Bool
    /// What was found, in words.
    public let detail: String
    /// How many rows it was found in; 0 where it is about the model.
    public let count: Int
    /// The first of the rows.
    public let rows: [Row]
    /// The beginning of what was found in the first row, without secrets; a row's own text.
    public let excerpt: String
    /// What to do.
    public let advice: String
}

/// Gathers findings, one a rule and kind.
struct LintCollector {
    private struct Group {
        let rule: LintRule
        var isBlocking: Bool
        let detail: String
        let excerpt: String
        var count = 0
        var rows: [LintFinding.Row] = []
    }

    private var groups: [String: Group] = [:]

    /// Notes a row, or what concerns all rows.
    ///
    /// - Parameters:
    ///   - detail: What was found; the first one's stands for all of the same kind.
    ///   - kind: Tells findings of one rule apart.
    mutating func note(
        _ rule: LintRule,
        in row: LintFinding.Row?,
        _ detail: @autoclosure () -> String,
        kind: String = "",
        excerpt: @autoclosure () -> String = "",
        isBlocking: Bool? = nil
    ) {
        let key = "\(rule.rawValue) \(kind)"
        var group =
            groups[key]
            ?? Group(
                rule: rule,
                isBlocking: isBlocking ?? rule.blocks,
                detail: detail(),
                excerpt: excerpt()
            )
        if let row {
            group.count += 1
            if group.rows.count < LintFinding.mostNamed { group.rows.append(row) }
        }
        groups[key] = group
    }

    /// The findings so far.
    var findings: [LintFinding] {
        let rules = Dictionary(
            uniqueKeysWithValues: LintRule.allCases.enumerated().map { ($1, $0) }
        )
        func order(_ group: Group) -> (Int, Int, String) {
            (group.isBlocking ? 0 : 1, rules[group.rule] ?? 0, group.detail)
        }
        return groups.values.sorted { order($0) < order($1) }.map { group in
            LintFinding(
                rule: group.rule,
                isBlocking: group.isBlocking,
                detail: group.detail,
                count: group.count,
                rows: group.rows,
                excerpt: group.excerpt,
                advice: group.rule.advice
            )
        }
    }
}
