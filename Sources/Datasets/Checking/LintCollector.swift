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
