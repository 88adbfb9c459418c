/// Rows rendered to examples, and what was left out.
public struct RenderedRecords: Sendable, Equatable {
    /// The examples, in the order of the rows.
    public let examples: [Example]
    /// The conversations left out because they are longer than the sequence length.
    public let dropped: [RecordSource]
}

extension ExampleRenderer {
    /// Renders rows in order.
    ///
    /// - Throws: `DatasetError` for a row that cannot be rendered, for conversations over the
    ///   sequence length unless they are to be dropped, and when all were dropped;
    ///   `CancellationError` when cancelled.
    public func render(
        _ records: [Record],
        overLength: OverLengthPolicy = .refuse,
        isCancelled: () -> Bool = { false }
    ) throws -> RenderedRecords {
        var examples: [Example] = []
        var dropped: [RecordSource] = []
        var longest = 0
        for record in records {
            if isCancelled() { throw CancellationError() }
            guard let messages = record.messages else {
                examples += try self.examples(of: record)
                continue
            }
            let example = try example(of: messages, source: record.source)
            if example.ids.count <= sequenceLength {
                examples.append(example)
            } else {
                dropped.append(record.source)
                longest = max(longest, example.ids.count)
            }
        }
        if let first = dropped.first, overLength == .refuse || examples.isEmpty {
            throw DatasetError(
                .tooLong,
                at: first,
                "\(dropped.count) of \(records.count) rows, this the first, are longer than the "
                    + "sequence length of \(sequenceLength) tokens; the longest has \(longest)",
                hint: "raise the sequence length to \(longest), or shorten the rows"
            )
        }
        return RenderedRecords(examples: examples, dropped: dropped)
    }
}
