public import Tokenizers

/// A run of an example's tokens that are all learnt, or all not.
public struct ExamplePiece: Sendable, Equatable {
    /// The bytes of the tokens; a character may be divided between two pieces.
    public let bytes: [UInt8]
    /// Whether the tokens are learnt.
    public let isTarget: Bool
    /// How many tokens it is.
    public let tokenCount: Int
}

extension Example {
    /// The row as the model reads it, in runs of tokens that are learnt and not.
    public func pieces(_ tokenizer: Tokenizer) -> [ExamplePiece] {
        var pieces: [ExamplePiece] = []
        var start = 0
        while start < ids.count {
            let end = isTarget[start...].firstIndex { $0 != isTarget[start] } ?? ids.count
            pieces.append(
                ExamplePiece(
                    bytes: ids[start..<end].flatMap(tokenizer.bytes(of:)),
                    isTarget: isTarget[start],
                    tokenCount: end - start
                )
            )
            start = end
        }
        return pieces
    }
}
