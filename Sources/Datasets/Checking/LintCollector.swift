/// Collects findings, one per rule and kind.
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

    /// Adds a row, or a finding about all rows.
    ///
    /// - Parameters:
    ///   - detail: The finding; that of the first row is kept for all of the same kind.
    ///   - kind: Separates findings of one rule.
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
            if group.rows.count < LintFinding.maxNamedRows { group.rows.append(row) }
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
                blocks: group.isBlocking,
                detail: group.detail,
                count: group.count,
                rows: group.rows,
                excerpt: group.excerpt,
                advice: group.rule.advice
            )
        }
    }
}
