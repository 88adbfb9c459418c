import Datasets
import ModelFiles
import Tokenizers

extension DatasetService {
    /// A stretch of rows as a model sees them.
    ///
    /// Blocks.
    ///
    /// - Parameters:
    ///   - dataset: A name or path.
    ///   - model: Whose tokenizer and template render the rows; nil takes the default model, and
    ///     without one the rows come as plain text.
    ///   - sequenceLength: Rows longer than this say so.
    public func page(
        _ dataset: String,
        part: DatasetPage.Part = .training,
        offset: Int = 0,
        count: Int = 50,
        model: String? = nil,
        sequenceLength: Int = 512
    ) throws -> DatasetPage {
        try WorkspaceError.wording {
            let data = try read(dataset)
            let records = part == .training ? data.training : data.heldOut
            let name = try model ?? models.defaultIfAny()?.name
            let file = try name.map(models.file)
            let renderer = file.map {
                ExampleRenderer(
                    tokenizer: $0.tokenizer,
                    template: $0.chatTemplate,
                    sequenceLength: max(2, sequenceLength)
                )
            }
            let start = min(max(0, offset), records.count)
            let end = min(records.count, start + max(0, count))
            return DatasetPage(
                dataset: dataset,
                part: part,
                model: name,
                offset: start,
                totalCount: records.count,
                rows: (start..<end).map { Self.row($0, records[$0], renderer) }
            )
        }
    }

    private static func row(
        _ index: Int,
        _ record: Record,
        _ renderer: ExampleRenderer?
    ) -> DatasetPage.Row {
        let source = record.source.description
        guard let renderer else {
            return DatasetPage.Row(index: index, source: source, tokens: plainText(record))
        }
        do {
            let examples = try renderer.examples(of: record)
            let tokens = examples.flatMap { Self.tokens(of: $0, renderer.tokenizer) }
            return DatasetPage.Row(index: index, source: source, tokens: tokens)
        } catch {
            let problem = WorkspaceError(error).description
            return DatasetPage.Row(
                index: index,
                source: source,
                tokens: plainText(record),
                problem: problem
            )
        }
    }

    private static func tokens(of example: Example, _ tokenizer: Tokenizer) -> [DatasetPage.Token] {
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
