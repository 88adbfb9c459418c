import Datasets
import ModelFiles
import Platform
import Training

extension DatasetService {
    /// The largest dataset whose packs are shown: all of its rows must be tokenized first.
    public static let maxPackedRows = 5_000

    /// The training rows, packed as in the first epoch of a run with default settings.
    ///
    /// Blocks: tokenizes the whole dataset, except rows over the sequence length.
    ///
    /// - Throws: ``WorkspaceError`` without a model, and for a dataset of more than
    ///   ``maxPackedRows`` rows.
    public func packs(
        _ dataset: String,
        offset: Int = 0,
        count: Int = 50,
        model: String? = nil,
        sequenceLength: Int = DatasetService.defaultSequenceLength
    ) throws -> DatasetPage {
        try WorkspaceError.translating {
            let summary = try find(dataset)
            guard summary.trainingCount <= Self.maxPackedRows else {
                throw WorkspaceError(
                    .invalid,
                    "\(dataset) has \(summary.trainingCount) rows; packs are shown of "
                        + "\(Self.maxPackedRows) at most."
                )
            }
            let name = try model ?? models.default().name
            let file = try models.file(name)
            var configuration = TrainingConfiguration()
            configuration.sequenceLength = max(2, sequenceLength)
            let data = try read(dataset, isCancelled: isClosed)
            let renderer = ExampleRenderer(
                tokenizer: file.tokenizer,
                template: file.chatTemplate,
                sequenceLength: configuration.sequenceLength
            )
            let examples = try renderer.render(
                data.training,
                overLength: .drop,
                isCancelled: isClosed
            ).examples
            let plan = BatchPlan(lengths: examples.map(\.ids.count), configuration: configuration)
            let packs = plan.rows(ofEpoch: 0)
            let start = min(max(0, offset), packs.count)
            let end = start + min(max(0, count), packs.count - start)
            return DatasetPage(
                dataset: dataset,
                part: .training,
                layout: .packed,
                model: name,
                sequenceLength: configuration.sequenceLength,
                offset: start,
                totalCount: packs.count,
                rows: (start..<end).map { pack in
                    Self.row(pack, packs[pack].map { examples[$0] }, renderer)
                }
            )
        }
    }

    /// Joins examples, with a border before each.
    private static func row(
        _ index: Int,
        _ examples: [Example],
        _ renderer: ExampleRenderer
    ) -> DatasetPage.Row {
        let rows = examples.count == 1 ? "1 row" : "\(examples.count) rows"
        var row = DatasetPage.Row(index: index, source: rows, tokens: [])
        for example in examples {
            row.borders.append(
                .init(place: row.tokens.count, label: example.source.description)
            )
            row.tokens += tokens(of: example, renderer.tokenizer)
        }
        return row
    }
}
