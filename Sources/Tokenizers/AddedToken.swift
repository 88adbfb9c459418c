/// A token that is found in text as a whole, before the text is split into words.
public struct AddedToken: Sendable, Equatable {
    /// Its id.
    public var id: Int32
    /// Its spelling.
    public var text: [UInt8]
    /// Whether it structures the conversation, and is recognized only on request.
    public var isControl: Bool
    /// Whether it includes the white space before it.
    public var stripsLeft = false
    /// Whether it includes the white space after it.
    public var stripsRight = false
    /// Whether it must be a word of its own.
    public var isSingleWord = false
    /// Whether it is searched for in the edited text instead of the original.
    public var isFoundInEditedText = false

    /// Creates a token that is found wherever it is spelled.
    public init(id: Int32, text: [UInt8], isControl: Bool) {
        self.id = id
        self.text = text
        self.isControl = isControl
    }
}

/// Finds added tokens in text: the leftmost match, and the longest of those that start there.
struct AddedTokenFinder: Sendable {
    struct Match {
        let token: AddedToken
        /// The token and the white space that it includes.
        let range: Range<Int>
    }

    /// A prefix of tokens: the bytes that follow it, in order, and its own token.
    private struct Node {
        var bytes: [UInt8] = []
        var children: [Int32] = []
        var token: Int32 = -1
    }

    private let tokens: [AddedToken]
    private var nodes = [Node()]
    /// For each byte the node of tokens that start with it, or -1.
    private var roots = [Int32](repeating: -1, count: 256)

    var isEmpty: Bool { tokens.isEmpty }

    init(_ tokens: [AddedToken]) {
        let tokens = tokens.filter { !$0.text.isEmpty }
        self.tokens = tokens
        for (number, token) in tokens.enumerated() {
            var node = child(of: nil, token.text[0])
            for byte in token.text.dropFirst() { node = child(of: node, byte) }
            // Of two tokens with the same spelling the first is used.
            if nodes[node].token < 0 { nodes[node].token = Int32(number) }
        }
    }

    private mutating func child(of parent: Int?, _ byte: UInt8) -> Int {
        if let parent {
            if let place = nodes[parent].bytes.firstIndex(of: byte) {
                return Int(nodes[parent].children[place])
            }
            nodes[parent].bytes.append(byte)
            nodes[parent].children.append(Int32(nodes.count))
        } else {
            if roots[Int(byte)] >= 0 { return Int(roots[Int(byte)]) }
            roots[Int(byte)] = Int32(nodes.count)
        }
        nodes.append(Node())
        return nodes.count - 1
    }

    /// The first token from `start` on.
    ///
    /// Control tokens are found only in ranges that `permitsControl` accepts.
    func firstMatch(
        in text: UnsafeBufferPointer<UInt8>,
        from start: Int,
        permitsControl: (Range<Int>) -> Bool
    ) -> Match? {
        guard !tokens.isEmpty else { return nil }
        for position in start..<text.count where roots[Int(text[position])] >= 0 {
            var node = Int(roots[Int(text[position])])
            var end = position + 1
            var best: (token: AddedToken, end: Int)?
            while true {
                if nodes[node].token >= 0 {
                    let token = tokens[Int(nodes[node].token)]
                    let isWanted =
                        (!token.isControl || permitsControl(position..<end))
                        && (!token.isSingleWord || Self.isWord(text, position..<end))
                    if isWanted { best = (token, end) }
                }
                guard end < text.count, let place = nodes[node].bytes.firstIndex(of: text[end])
                else { break }
                node = Int(nodes[node].children[place])
                end += 1
            }
            if let (token, end) = best {
                return Match(
                    token: token,
                    range: Self.range(of: token, position..<end, text, start)
                )
            }
        }
        return nil
    }

    private static func isWord(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
        let characters = CharacterClass.wordCharacters
        if characters.end(in: text, at: range.upperBound, before: text.count) != nil {
            return false
        }
        guard range.lowerBound > 0 else { return true }
        let before = text.scalarStart(before: range.lowerBound, after: 0)
        return characters.end(in: text, at: before, before: range.lowerBound) == nil
    }

    private static func range(
        of token: AddedToken,
        _ range: Range<Int>,
        _ text: UnsafeBufferPointer<UInt8>,
        _ lowest: Int
    ) -> Range<Int> {
        let space = CharacterClass.whitespace
        var (start, end) = (range.lowerBound, range.upperBound)
        while token.stripsLeft, start > lowest {
            let before = text.scalarStart(before: start, after: lowest)
            guard space.end(in: text, at: before, before: start) == start else { break }
            start = before
        }
        while token.stripsRight, let next = space.end(in: text, at: end, before: text.count) {
            end = next
        }
        return start..<end
    }
}
