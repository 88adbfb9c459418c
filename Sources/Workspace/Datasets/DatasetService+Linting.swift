import Datasets
import ModelFiles

extension DatasetService {
    /// Looks a dataset over before it is trained on.
    ///
    /// Blocks: reads and tokenizes the rows.
    ///
    /// - Parameters:
    ///   - reference: A name or path.
    ///   - evaluation: Data to evaluate on, in place of what the dataset holds out.
    ///   - model: As which the rows are looked at; nil takes the default model, and without one
    ///     what concerns the model is not looked at.
    ///   - overLength: What becomes of rows over the sequence length: `stop`, `drop`,
    ///     `truncate-left`, `truncate-right` or `split`.
    public func lint(
        _ reference: String,
        evaluation: String? = nil,
        model: String? = nil,
        sequenceLength: Int = DatasetService.usualLength,
        overLength: String = "stop"
    ) throws -> DatasetLintReport {
        try WorkspaceError.wording {
            let policy = try OverLengthPolicy(named: overLength)
            let dataset = try read(reference, isCancelled: isClosed)
            let heldOut = try evaluation.map { try read($0, isCancelled: isClosed).training }
            let name = try model ?? models.defaultIfAny()?.name
            var report = try lint(
                dataset,
                evaluation: heldOut,
                file: name.map(models.file),
                sequenceLength: sequenceLength,
                overLength: policy
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
        overLength: OverLengthPolicy = .stop
    ) throws -> DatasetLintReport {
        let renderer = file.map {
            ExampleRenderer(
                tokenizer: $0.tokenizer,
                template: $0.chatTemplate,
                sequenceLength: max(2, sequenceLength)
            )
        }
        let lint = DatasetLint(renderer: renderer, overLength: overLength)
        let report = try lint.report(on: dataset, evaluation: evaluation, isCancelled: isClosed)
        return DatasetLintReport(report, model: nil, sequenceLength: sequenceLength)
    }
}

extension OverLengthPolicy {
    /// The policy of this name.
    ///
    /// - Throws: ``WorkspaceError`` with the code `invalid` for a name that is none.
    init(named name: String) throws(WorkspaceError) {
        guard let policy = OverLengthPolicy(rawValue: name) else {
            let names = OverLengthPolicy.allCases.map(\.rawValue).joined(separator: ", ")
            throw WorkspaceError(
                .invalid,
                "\(name) is not what becomes of rows that are too long.",
                hint: "Give one of \(names)."
            )
        }
        self = policy
    }
}
