/// Finds tokens that stand in text as a whole, before it is cut into words.
struct SpecialTokens: Sendable {
    struct Token: Sendable {
        let id: Int32
        let bytes: [UInt8]
        let isControl: Bool
    }

    /// By first byte, the longest first.
    private var tokens: [[Token]] = Array(repeating: [], count: 256)

    init(_ all: [Token]) {
        for token in all {
            guard let first = token.bytes.first else { continue }
            tokens[Int(first)].append(token)
        }
        for first in tokens.indices {
            tokens[first].sort { ($1.bytes.count, $0.id) < ($0.bytes.count, $1.id) }
        }
    }

    /// The leftmost, then longest token from `start` on.
    ///
    /// Control tokens count only in ranges that `permitsControl` lets pass.
    func firstMatch(
        in text: UnsafeBufferPointer<UInt8>,
        from start: Int,
        permitsControl: (Range<Int>) -> Bool
    ) -> (token: Token, range: Range<Int>)? {
        for position in start..<text.count {
            for token in tokens[Int(text[position])] {
                let end = position + token.bytes.count
                guard end <= text.count,
                    text[position..<end].elementsEqual(token.bytes),
                    !token.isControl || permitsControl(position..<end)
                else { continue }
                return (token, position..<end)
            }
        }
        return nil
    }
}
