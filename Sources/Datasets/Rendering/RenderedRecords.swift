import Tokenizers

/// Rows rendered to examples, and the effects of the sequence length.
public struct RenderedRecords: Sendable, Equatable {
    /// The examples, in the order of the rows.
    public let examples: [Example]
    /// The conversations left out because they are longer than the sequence length.
    public let dropped: [RecordSource]
    /// What was lost to the sequence length.
    public let overLength: OverLengthCounts
}

/// How many conversations were too long, and how much of them was cut.
public struct OverLengthCounts: Sendable, Equatable, Codable {
    /// Conversations longer than the sequence length.
    public var rows = 0
    /// Of these, those left out.
    public var dropped = 0
    /// Of these, those that became several examples.
    public var divided = 0
    /// Tokens that are in no example.
    public var cutTokens = 0
    /// Tokens to learn that are learnt in no example.
    public var cutTargets = 0
    /// Answers that are learnt without their end.
    public var answersWithoutEnd = 0

    /// Creates counts of zero.
    public init() {}

    /// Counts a conversation.
    mutating func add(_ fitted: FittedExample) {
        rows += 1
        dropped += fitted.examples.isEmpty ? 1 : 0
        divided += fitted.examples.count > 1 ? 1 : 0
        cutTokens += fitted.cutTokens
        cutTargets += fitted.cutTargets
        answersWithoutEnd += fitted.losesEnd ? 1 : 0
    }
}

extension ExampleRenderer {
    /// Renders rows in order.
    ///
    /// - Throws: `DatasetError` for a row that cannot be rendered, for conversations over the
    ///   sequence length if the policy is to stop, and if nothing is left; `CancellationError` when
    ///   cancelled.
    public func render(
        _ records: [Record],
        overLength policy: OverLengthPolicy = .stop,
        isCancelled: () -> Bool = { false }
    ) throws -> RenderedRecords {
        var examples: [Example] = []
        var dropped: [RecordSource] = []
        var counts = OverLengthCounts()
        var joined: [DocumentStream.Document] = []
        var longest = 0
        for record in records {
            if isCancelled() { throw CancellationError() }
            guard case .conversation(let dialogue) = record.content else {
                if documents == .joined, case .text(let text) = record.content {
                    joined.append(try document(text, source: record.source))
                } else {
                    examples += try self.examples(of: record)
                }
                continue
            }
            let example = try example(of: dialogue, source: record.source)
            guard example.ids.count > sequenceLength else {
                examples.append(example)
                continue
            }
            let fitted = policy.fit(example, to: sequenceLength, opening: tokenizer.opening)
            counts.add(fitted)
            examples += fitted.examples
            if fitted.examples.isEmpty { dropped.append(record.source) }
            longest = max(longest, example.ids.count)
        }
        examples += stream.sequences(of: joined)
        if let first = dropped.first, policy == .stop || examples.isEmpty {
            throw DatasetError(
                .tooLong,
                at: first,
                "\(dropped.count) of \(records.count) rows, this the first, are longer than the "
                    + "sequence length of \(sequenceLength) tokens; the longest has \(longest)",
                hint: "raise the sequence length to \(longest), or shorten the rows"
            )
        }
        return RenderedRecords(examples: examples, dropped: dropped, overLength: counts)
    }
}
