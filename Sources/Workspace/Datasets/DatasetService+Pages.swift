import ChatTemplates
import Datasets
import ModelFiles
import Platform
import Tokenizers
import Training

extension DatasetService {
    /// The default sequence length of a run.
    public static let defaultSequenceLength = TrainingConfiguration().sequenceLength

    /// A page of rows as a model sees them.
    ///
    /// Blocks; rows after the page are not read.
    ///
    /// - Parameters:
    ///   - dataset: A name or path.
    ///   - model: The model whose tokenizer and template render the rows; nil uses the default
    ///     model. Without one, rows are plain text.
    ///   - sequenceLength: The length above which rows are marked.
    public func page(
        _ dataset: String,
        part: DatasetPage.Part = .training,
        offset: Int = 0,
        count: Int = 50,
        model: String? = nil,
        sequenceLength: Int = DatasetService.defaultSequenceLength
    ) throws -> DatasetPage {
        try WorkspaceError.translating {
            let summary = try find(dataset)
            // Read again to get the error with its hint and rows.
            if summary.problem != nil { _ = try Dataset.read(path: summary.path) }
            let name = try model ?? models.defaultIfAny()?.name
            let file = try name.map(models.file)
            let length = max(2, sequenceLength)
            let renderer = file.map {
                ExampleRenderer(
                    tokenizer: $0.tokenizer,
                    template: $0.chatTemplate,
                    sequenceLength: length
                )
            }
            let total = part == .training ? summary.trainingCount : summary.heldOutCount
            let start = min(max(0, offset), total)
            let end = start + min(max(0, count), total - start)
            let records = try Dataset.records(
                start..<end,
                of: part == .training ? .training : .heldOut,
                path: summary.path,
                isCancelled: isClosed
            )
            return DatasetPage(
                dataset: dataset,
                part: part,
                model: name,
                sequenceLength: length,
                offset: start,
                totalCount: total,
                rows: records.enumerated().map { Self.row(start + $0.offset, $0.element, renderer) }
            )
        }
    }

    private static func row(
        _ index: Int,
        _ record: Record,
        _ renderer: ExampleRenderer?
    ) -> DatasetPage.Row {
        var row = DatasetPage.Row(index: index, source: record.source.description, tokens: [])
        guard let renderer else {
            row.tokens = plainText(record)
            return row
        }
        do {
            switch record.content {
            case .conversation(let dialogue):
                let example = try renderer.example(of: dialogue, source: record.source)
                row.tokens = tokens(of: example, renderer.tokenizer)
                if example.ids.count > renderer.sequenceLength {
                    row.cut = renderer.sequenceLength
                    row.problem =
                        "the conversation has \(example.ids.count) tokens, the sequence length is "
                        + "\(renderer.sequenceLength)"
                }
            case .text:
                let examples = try renderer.examples(of: record)
                let repeated = max(1, renderer.tokenizer.opening.count)
                // A block begins with the last token of the one before, or with the token that
                // begins every text; either is shown at its place in the document.
                var ids: [Int32] = []
                for (number, example) in examples.enumerated() {
                    if number > 0 {
                        row.borders.append(.init(place: ids.count, label: "sequence \(number + 1)"))
                    }
                    ids += example.ids.dropFirst(number > 0 ? repeated : 0)
                }
                let whole = Example(
                    ids: ids,
                    isTarget: ids.indices.map { $0 > 0 },
                    source: record.source
                )
                row.tokens = tokens(of: whole, renderer.tokenizer)
            }
        } catch {
            row.tokens = plainText(record)
            row.problem = WorkspaceError(error).description
        }
        return row
    }

    static func tokens(of example: Example, _ tokenizer: Tokenizer) -> [DatasetPage.Token] {
        var text = TextStream(tokenizer, skippingControlTokens: false)
        var tokens = zip(example.ids, example.isTarget).map { id, isTarget in
            DatasetPage.Token(
                id: id,
                text: text.append(id),
                isTarget: isTarget,
                isControl: tokenizer.isControl(id)
            )
        }
        if let last = tokens.indices.last { tokens[last].text += text.finish() }
        return tokens
    }

    private static func plainText(_ record: Record) -> [DatasetPage.Token] {
        let texts: [String] =
            switch record.content {
            case .text(let text): [text]
            case .conversation(let dialogue):
                dialogue.messages.map { "\($0.role): \($0.content)\n" }
            }
        return texts.map {
            DatasetPage.Token(id: nil, text: $0, isTarget: false, isControl: false)
        }
    }
}
