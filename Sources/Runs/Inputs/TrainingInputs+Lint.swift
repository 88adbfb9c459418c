import Datasets
import Platform
import Training

extension TrainingInputs {
    /// Refuses data with findings that block a run, unless the request allows their rules.
    func checkLint() throws(RunError) {
        let blocking =
            lint?.blocking(
                allowing: try RunError.translating { try LintRule.named(request.allowedFindings) }
            ) ?? []
        guard let first = blocking.first else { return }
        let names = Set(blocking.map(\.rule.rawValue)).sorted().joined(separator: ",")
        let allowance = "--allow \(names)"
        throw RunError(
            .conflict,
            "The lint keeps \(runName) from starting: \(first.sentence).",
            hint: first.advice.hasSuffix(allowance)
                ? "\(first.advice)." : "\(first.advice). To train nevertheless: \(allowance).",
            details: blocking.count > 1 ? blocking.map(\.sentence) : nil
        )
    }
}
