/// A parsed pattern, before compilation.
indirect enum PatternNode: Hashable, Sendable {
    case one(CharacterClass)
    case sequence([PatternNode])
    case alternatives([PatternNode])
    /// `maximum` is nil if there is no limit; a possessive repetition does not backtrack.
    case repetition(PatternNode, minimum: Int, maximum: Int?, isPossessive: Bool)
    /// `(?=x)` and `(?!x)` of one character.
    case lookahead(CharacterClass, isNegated: Bool)
    /// `$`: before a line feed or at the end.
    case lineEnd

    /// Whether it can match the empty string.
    var mayBeEmpty: Bool {
        switch self {
        case .one: false
        case .sequence(let nodes): nodes.allSatisfy(\.mayBeEmpty)
        case .alternatives(let nodes): nodes.contains(where: \.mayBeEmpty)
        case .repetition(let node, let minimum, _, _): minimum == 0 || node.mayBeEmpty
        case .lookahead, .lineEnd: true
        }
    }

    /// The possible first bytes of a match.
    var firstBytes: ByteSet {
        switch self {
        case .one(let characters): return characters.firstBytes
        case .repetition(let node, _, _, _): return node.firstBytes
        case .alternatives(let nodes):
            return nodes.reduce(ByteSet()) { $0.union($1.firstBytes) }
        case .sequence(let nodes):
            var bytes = ByteSet()
            for node in nodes {
                if case .lookahead = node { continue }
                bytes = bytes.union(node.firstBytes)
                if !node.mayBeEmpty { break }
            }
            return bytes
        case .lookahead, .lineEnd: return .all
        }
    }
}
