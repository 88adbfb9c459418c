/// A byte-level byte pair tokenizer: text to token ids and back, by the bytes.
///
/// Text is never normalized, and bytes that are not valid UTF-8 pass like any others.
public final class Tokenizer: Sendable {
    /// The token that starts a text, where the model has one.
    public let bos: Int32?
    /// The token that ends a text, where the model has one.
    public let eos: Int32?
    /// Whether the model expects `bos` in front of a text that no chat template wrote.
    public let addsBOS: Bool
    /// `eos` and every control token whose text ends a turn.
    public let endTokens: Set<Int32>

    /// The bytes each token stands for.
    let tokenBytes: ByteStringTable
    let types: [TokenType]
    let preTokenizer: PreTokenizer
    let specialTokens: SpecialTokens
    let merges: MergeTable
    /// The token of each byte, or -1: some vocabularies lack bytes their training text lacked.
    let byteTokens: [Int32]

    /// Creates a tokenizer from what a model file stores.
    ///
    /// - Parameters:
    ///   - merges: pairs as `left right` in the byte-level alphabet, the earliest first.
    /// - Throws: `TokenizerError` with the code `invalidVocabulary`.
    public init(
        vocabulary: Vocabulary,
        preTokenizer: PreTokenizer,
        merges: [[UInt8]],
        bos: Int32?,
        eos: Int32?,
        addsBOS: Bool
    ) throws(TokenizerError) {
        let count = vocabulary.tokens.count
        guard count == vocabulary.types.count, count <= Int(Int32.max) else {
            throw TokenizerError(
                .invalidVocabulary,
                "The vocabulary has \(count) tokens but \(vocabulary.types.count) token types."
            )
        }
        for (name, id) in [("bos", bos), ("eos", eos)] {
            if let id, id < 0 || Int(id) >= count {
                throw TokenizerError(
                    .invalidVocabulary,
                    "The \(name) token \(id) is not one of the vocabulary's \(count) tokens."
                )
            }
        }
        let types = vocabulary.types
        let tokens = zip(vocabulary.tokens, types).map(Self.bytes(stored:type:))
        let ids = Int32(0)..<Int32(count)
        // A piece of text is found before a special token of the same spelling.
        let tokenBytes = ByteStringTable(
            tokens,
            order: ids.filter { types[Int($0)] == .normal }
                + ids.filter { types[Int($0)] != .normal && types[Int($0)] != .unused }
        )
        self.byteTokens = (0..<256).map { byte in
            [UInt8(byte)].withUnsafeBufferPointer(tokenBytes.number(of:))
                .flatMap { types[Int($0)] == .control ? nil : $0 } ?? -1
        }
        self.merges = try Self.mergeTable(merges, tokens: tokenBytes, types: types)
        self.specialTokens = SpecialTokens(
            ids.filter { [.control, .unknown, .userDefined].contains(types[Int($0)]) }.map {
                let isControl = types[Int($0)] != .userDefined
                return .init(id: $0, bytes: tokens[Int($0)], isControl: isControl)
            }
        )
        self.endTokens = Self.endTokens(eos: eos, tokens: tokens, types: types)
        self.tokenBytes = tokenBytes
        self.types = types
        self.preTokenizer = preTokenizer
        self.bos = bos
        self.eos = eos
        self.addsBOS = addsBOS
    }

    /// How many tokens there are; ids lie below.
    public var vocabularySize: Int { types.count }

    /// Whether a token structures the conversation rather than being text.
    public func isControl(_ id: Int32) -> Bool {
        types.indices.contains(Int(id)) && types[Int(id)] == .control
    }

    /// The token that stands for exactly these bytes, not those of its stored form.
    public func id(of token: [UInt8]) -> Int32? {
        token.withUnsafeBufferPointer(tokenBytes.number(of:))
    }

    private static func bytes(stored: [UInt8], type: TokenType) -> [UInt8] {
        switch type {
        case .normal:
            return ByteAlphabet.decode(stored)
        case .byte:
            // `<0x0A>`
            guard stored.count == 6,
                let byte = UInt8(String(decoding: stored[3..<5], as: UTF8.self), radix: 16)
            else { return stored }
            return [byte]
        case .unknown, .control, .userDefined, .unused:
            return stored
        }
    }

    private static func mergeTable(
        _ merges: [[UInt8]],
        tokens: ByteStringTable,
        types: [TokenType]
    ) throws(TokenizerError) -> MergeTable {
        var table = MergeTable(capacity: merges.count)
        for (rank, merge) in merges.enumerated() {
            let halves = merge.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            guard halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty else {
                throw TokenizerError(
                    .invalidVocabulary,
                    "Merge \(rank), \"\(String(decoding: merge, as: UTF8.self))\", is not a pair."
                )
            }
            let left = ByteAlphabet.decode(halves[0])
            let right = ByteAlphabet.decode(halves[1])
            guard let leftID = left.withUnsafeBufferPointer(tokens.number(of:)),
                let rightID = right.withUnsafeBufferPointer(tokens.number(of:)),
                let merged = (left + right).withUnsafeBufferPointer(tokens.number(of:))
            else {
                throw TokenizerError(
                    .invalidVocabulary,
                    "Merge \(rank), \"\(String(decoding: merge, as: UTF8.self))\", "
                        + "is of tokens the vocabulary does not have."
                )
            }
            // Text must never become a control token, whatever the file says.
            guard types[Int(merged)] != .control else { continue }
            table.insert(left: leftID, right: rightID, rank: rank, merged: merged)
        }
        return table
    }
}
