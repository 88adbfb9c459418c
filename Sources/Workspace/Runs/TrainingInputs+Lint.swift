import Datasets
import Platform
import Training

extension TrainingInputs {
    /// Refuses data that would spoil the run, unless the request allows the rules at fault.
    func checkLint() throws(WorkspaceError) {
        let blocking = lint?.blocking(allowing: try request.allowedRules) ?? []
        guard let first = blocking.first else { return }
        let names = Set(blocking.map(\.rule.rawValue)).sorted().joined(separator: ",")
        let allowance = "--allow \(names)"
        throw WorkspaceError(
            .conflict,
            "The lint keeps \(runName) from starting: \(first.sentence).",
            hint: first.advice.hasSuffix(allowance)
                ? "\(first.advice)." : "\(first.advice). To train nevertheless: \(allowance).",
            details: blocking.count > 1 ? blocking.map(\.sentence) : nil
        )
    }
}

extension LintFinding {
    /// What was found, and in how many rows, the first of them named.
    var sentence: String {
        guard let row = rows.first else { return "\(rule.rawValue): \(detail)" }
        let rows = count == 1 ? "1 row" : "\(count) rows, the first"
        return "\(rule.rawValue): \(detail) (\(rows) \(row.source))"
    }
}

extension TrainingRequest {
    /// The rules whose findings are allowed.
    fileprivate var allowedRules: Set<LintRule> {
        get throws(WorkspaceError) {
            try LintRule.allowed(allowedFindings)
        }
    }
}

extension LintRule {
    /// The rules of these names.
    ///
    /// - Throws: ``WorkspaceError`` with the code `invalid` for a name that is none.
    static func allowed(_ names: [String]) throws(WorkspaceError) -> Set<LintRule> {
        do {
            return try named(names)
        } catch {
            throw WorkspaceError(error)
        }
    }
}
