/// How a conversation longer than the sequence length is handled.
public enum OverLengthPolicy: String, Sendable, Codable, CaseIterable {
    /// Training is refused; the error says how many there are.
    case stop
    /// It is left out.
    case drop
    /// Its beginning is cut off, except the token that begins every text.
    case truncateLeft = "truncate-left"
    /// It ends after the last complete answer that fits; if none does, its first answer loses its
    /// end.
    case truncateRight = "truncate-right"
    /// It becomes several examples, each without the ones before it.
    case split
}

/// A conversation that was fitted to the sequence length, and what was lost.
public struct FittedExample: Sendable, Equatable {
    /// The examples that are left, all with something to learn; empty if it is left out.
    public let examples: [Example]
    /// Tokens that are in no example.
    public let cutTokens: Int
    /// Tokens to learn that are learnt in no example.
    public let cutTargets: Int
    /// Whether an answer is learnt without its end, from which a model learns not to stop.
    public let losesEnd: Bool
    /// Whether an answer is learnt without its beginning.
    public let losesBeginning: Bool
}

extension OverLengthPolicy {
    /// Fits an example to a length.
    ///
    /// - Parameters:
    ///   - length: The maximum number of tokens, at least 2.
    ///   - opening: The tokens that every text of the model begins with, which are kept.
    public func fit(_ example: Example, to length: Int, opening: [Int32] = []) -> FittedExample {
        precondition(length >= 2, "an example needs a token and one to predict from it")
        guard example.ids.count > length else {
            return FittedExample(examples: [example], of: example)
        }
        switch self {
        case .stop, .drop: return FittedExample(examples: [], of: example)
        case .truncateLeft:
            let kept =
                example.ids.starts(with: opening) && opening.count < length - 1 ? opening : []
            let end = example.suffix(length - kept.count, behind: kept)
            let start = example.ids.count - (length - kept.count)
            return FittedExample(
                examples: [end],
                of: example,
                losesBeginning: example.isTarget[start] && example.isTarget[start - 1]
            )
        case .truncateRight:
            if let end = example.answerEnds.last(where: { $0 <= length }) {
                return FittedExample(examples: [example.part(0..<end)], of: example)
            }
            return FittedExample(examples: [example.part(0..<length)], of: example, losesEnd: true)
        case .split:
            let parts = stride(from: 0, to: example.ids.count - 1, by: length - 1).map { start in
                example.part(start..<min(start + length, example.ids.count))
            }
            return FittedExample(examples: parts, of: example, sharedTokens: 1)
        }
    }
}

extension FittedExample {
    /// Keeps the examples with something to learn, and counts what they lack.
    ///
    /// - Parameter sharedTokens: Tokens that an example has in common with the one before it.
    fileprivate init(
        examples: [Example],
        of whole: Example,
        losesEnd: Bool = false,
        losesBeginning: Bool = false,
        sharedTokens: Int = 0
    ) {
        var kept: [Example] = []
        var tokens = 0
        var isConnected = false
        for example in examples {
            guard example.targetCount > 0 else {
                isConnected = false
                continue
            }
            tokens += example.ids.count - (isConnected ? sharedTokens : 0)
            isConnected = true
            kept.append(example)
        }
        self.examples = kept
        cutTokens = whole.ids.count - tokens
        cutTargets = whole.targetCount - kept.reduce(0) { $0 + $1.targetCount }
        self.losesEnd = losesEnd && !kept.isEmpty
        self.losesBeginning = losesBeginning && !kept.isEmpty
    }
}

extension Example {
    /// The offsets after the last token of each answer, ascending.
    var answerEnds: [Int] {
        ids.indices.filter { isTarget[$0] && ($0 + 1 == ids.count || !isTarget[$0 + 1]) }
            .map { $0 + 1 }
    }

    /// Some of the tokens; the first of them is not learnt, as nothing precedes it.
    fileprivate func part(_ range: Range<Int>) -> Example {
        Example(
            ids: Array(ids[range]),
            isTarget: range.map { $0 > range.lowerBound && isTarget[$0] },
            source: source
        )
    }

    /// The last tokens, after others that are not learnt.
    fileprivate func suffix(_ count: Int, behind start: [Int32]) -> Example {
        let range = ids.count - count..<ids.count
        return Example(
            ids: start + ids[range],
            isTarget: start.map { _ in false }
                + range.map { ($0 > range.lowerBound || !start.isEmpty) && isTarget[$0] },
            source: source
        )
    }
}
