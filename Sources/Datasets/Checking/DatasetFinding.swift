/// Something about a row that a person should know before training on it.
public struct DatasetFinding: Sendable, Equatable, CustomStringConvertible {
    /// The kinds of finding.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// The row stands in the same part before.
        case duplicate
        /// What the held-out row asks is asked in training too, so it measures memory alone.
        case heldOutInTraining = "held-out-in-training"
        /// An answer of the assistant is empty.
        case emptyAnswer = "empty-answer"
        /// Hangul stands as single jamo (NFD), which tokenizers cut into many more tokens.
        case decomposedHangul = "decomposed-hangul"
        /// A replacement character (U+FFFD) stands where an earlier conversion lost text.
        case lostText = "lost-text"
        /// The conversation is longer than the sequence length.
        case overLength = "over-length"
        /// No token of the row is learnt.
        case noTarget = "no-target"
    }

    /// What kind it is.
    public let kind: Kind
    /// The row.
    public let source: RecordSource
    /// The other row, where it is about two.
    public let other: RecordSource?

    /// The row, what was found, and the other row.
    public var description: String {
        "\(source): \(kind.rawValue)\(other.map { " (as \($0))" } ?? "")"
    }
}
