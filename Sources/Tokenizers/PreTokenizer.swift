/// How text is split into words before tokens are merged; merges never cross a split.
public struct PreTokenizer: Sendable, Hashable {
    /// How a pattern's matches and the text between them are used.
    public enum Behavior: String, Sendable, Hashable {
        /// Both are words.
        case isolated = "Isolated"
        /// Matches are dropped, or the text between them if the split is inverted.
        case removed = "Removed"
        /// A match is the end of the word before it.
        case mergedWithPrevious = "MergedWithPrevious"
        /// A match is the beginning of the word after it.
        case mergedWithNext = "MergedWithNext"
        /// Adjacent matches are one word.
        case contiguous = "Contiguous"
    }

    /// One pattern and the use of its matches.
    struct Split: Sendable, Hashable {
        let pattern: Pattern
        let behavior: Behavior
        let isInverted: Bool
    }

    var splits: [Split] = []

    /// Uses the text as one word.
    public init() {}

    /// Splits each word further by a regular expression.
    ///
    /// - Throws: `TokenizerError` with the code `unsupportedPreTokenizer`.
    public mutating func split(
        by expression: String,
        _ behavior: Behavior = .isolated,
        isInverted: Bool = false
    ) throws(TokenizerError) {
        let pattern = try Pattern(expression)
        splits.append(Split(pattern: pattern, behavior: behavior, isInverted: isInverted))
    }

    /// Splits each word further at every occurrence of a text.
    ///
    /// - Throws: `TokenizerError` with the code `unsupportedPreTokenizer`.
    public mutating func split(
        at text: String,
        _ behavior: Behavior = .isolated,
        isInverted: Bool = false
    ) throws(TokenizerError) {
        let pattern = try Pattern(literal: text)
        splits.append(Split(pattern: pattern, behavior: behavior, isInverted: isInverted))
    }

    /// Calls `body` with each word of `text`, in order.
    package func forEachWord(in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
        guard !text.isEmpty else { return }
        forEachWord(in: text, 0..<text.count, splits[...], body)
    }

    private func forEachWord(
        in text: UnsafeBufferPointer<UInt8>,
        _ range: Range<Int>,
        _ splits: ArraySlice<Split>,
        _ body: (Range<Int>) -> Void
    ) {
        guard let split = splits.first else { return body(range) }
        let rest = splits.dropFirst()
        let part = UnsafeBufferPointer(rebasing: text[range])
        split.forEachPiece(of: part) { piece in
            let start = range.lowerBound + piece.lowerBound
            forEachWord(in: text, start..<start + piece.count, rest, body)
        }
    }
}

extension PreTokenizer.Split {
    /// Calls `body` with each piece of the split, in order.
    func forEachPiece(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
        var matcher = PatternMatcher(pattern, in: text)
        var joiner = PieceJoiner(behavior)
        var start = 0
        while start < text.count {
            let match = matcher.firstMatch(from: start) ?? text.count..<text.count
            if match.lowerBound > start {
                joiner.add(start..<match.lowerBound, isMatch: isInverted, body)
            }
            if !match.isEmpty { joiner.add(match, isMatch: !isInverted, body) }
            start = match.upperBound
        }
        joiner.finish(body)
    }
}

/// Joins matches with their neighbours according to a behavior.
private struct PieceJoiner {
    private let behavior: PreTokenizer.Behavior
    private var pending: Range<Int>?
    private var isMatchPending = false

    init(_ behavior: PreTokenizer.Behavior) {
        self.behavior = behavior
    }

    mutating func add(_ piece: Range<Int>, isMatch: Bool, _ body: (Range<Int>) -> Void) {
        switch behavior {
        case .isolated:
            return body(piece)
        case .removed:
            if !isMatch { body(piece) }
            return
        case .mergedWithPrevious:
            join(piece, if: isMatch && !isMatchPending, body)
        case .mergedWithNext:
            join(piece, if: isMatchPending && !isMatch, body)
        case .contiguous:
            join(piece, if: isMatch == isMatchPending, body)
        }
        isMatchPending = isMatch
    }

    private mutating func join(
        _ piece: Range<Int>,
        if isJoined: Bool,
        _ body: (Range<Int>) -> Void
    ) {
        if let before = pending, isJoined {
            pending = before.lowerBound..<piece.upperBound
        } else {
            if let pending { body(pending) }
            pending = piece
        }
    }

    func finish(_ body: (Range<Int>) -> Void) {
        if let pending { body(pending) }
    }
}
