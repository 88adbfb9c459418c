public import Datasets
import ModelFiles
import Platform

extension DatasetService {
    /// Checks a dataset before training.
    ///
    /// Blocks: reads and tokenizes the rows.
    ///
    /// - Parameters:
    ///   - reference: A name or path.
    ///   - evaluation: Evaluation data in place of the dataset's held-out rows.
    ///   - model: The model whose template and tokenizer apply; nil uses the default model. Without
    ///     one, the rules about the model are skipped.
    ///   - sequenceLength: The length above which rows are reported; nil uses a run's default.
    ///   - overLength: How rows over the sequence length are handled: `stop` (the default for nil),
    ///     `drop`, `truncate-left`, `truncate-right` or `split`.
    ///   - allowed: Names of rules whose findings do not block; `all` names every one.
    /// - Throws: ``WorkspaceError`` with the code `invalid` for options that do not apply: a
    ///   sequence length or its policy without a model, or a policy for documents.
    public func lint(
        _ reference: String,
        evaluation: String? = nil,
        model: String? = nil,
        sequenceLength: Int? = nil,
        overLength: String? = nil,
        allowing allowed: [String] = []
    ) throws -> LintReport {
        try WorkspaceError.translating {
            let policy = try OverLengthPolicy(named: overLength ?? "stop")
            let allowed = try LintRule.named(allowed)
            let dataset = try read(reference, isCancelled: isClosed)
            if overLength != nil, dataset.format == .text {
                throw WorkspaceError(
                    .invalid,
                    "\(dataset.name) holds documents, which are cut into sequences and never too long.",
                    hint: "Leave out --over-length."
                )
            }
            let heldOut = try evaluation.map { try read($0, isCancelled: isClosed).training }
            let name = try model ?? models.defaultIfAny()?.name
            if name == nil, sequenceLength != nil || overLength != nil {
                throw WorkspaceError(
                    .invalid,
                    "There is no model, so the rows of \(dataset.name) have no length.",
                    hint: "Give --model, or leave out --sequence-length and --over-length."
                )
            }
            var report = try lint(
                dataset,
                evaluation: heldOut,
                file: name.map(models.file),
                sequenceLength: sequenceLength ?? Self.defaultSequenceLength,
                overLength: policy,
                allowing: allowed
            )
            report.model = name
            return report
        }
    }

    func lint(
        _ dataset: Dataset,
        evaluation: [Record]? = nil,
        file: ModelFile?,
        sequenceLength: Int,
        overLength: OverLengthPolicy = .stop,
        allowing allowed: Set<LintRule> = []
    ) throws -> LintReport {
        let renderer = file.map {
            ExampleRenderer(
                tokenizer: $0.tokenizer,
                template: $0.chatTemplate,
                sequenceLength: max(2, sequenceLength)
            )
        }
        let lint = DatasetLint(renderer: renderer, overLength: overLength)
        var report = try lint.report(on: dataset, evaluation: evaluation, isCancelled: isClosed)
            .allowing(allowed)
        report.sequenceLength = sequenceLength
        return report
    }
}

extension OverLengthPolicy {
    /// The policy of this name.
    ///
    /// - Throws: ``WorkspaceError`` with the code `invalid` if there is none.
    init(named name: String) throws(WorkspaceError) {
        guard let policy = OverLengthPolicy(rawValue: name) else {
            let names = OverLengthPolicy.allCases.map(\.rawValue).joined(separator: ", ")
            throw WorkspaceError(
                .invalid,
                "\(name) is not a way to handle rows that are too long.",
                hint: "Give one of \(names)."
            )
        }
        self = policy
    }
}
