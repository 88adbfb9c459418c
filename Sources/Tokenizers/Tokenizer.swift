public import Platform

/// Converts text to token ids and back, by bytes.
///
/// Tokens are merged from bytes (GPT-2 and its descendants) or from characters (sentencepiece).
/// Invalid UTF-8 is encoded as any other bytes if the vocabulary has byte tokens.
public final class Tokenizer: Sendable {
    /// The token that starts a text, if the model has one.
    public let bos: Int32?
    /// The token that ends a text, if the model has one.
    public let eos: Int32?
    /// The tokens that the model expects before a text that no chat template wrote.
    public let opening: [Int32]
    /// The tokens that the model expects after such a text.
    public let closing: [Int32]
    /// `eos` and every control token whose text ends a turn.
    public let endTokens: Set<Int32>

    /// Added tokens in the model's files for which the model has no row, so that they are not
    /// tokens here.
    public let tokensBeyondModel: [AddedToken]

    /// The bytes by which each token is found.
    let tokenBytes: ByteStringTable
    let types: [TokenType]
    let alphabet: TokenizerDefinition.Alphabet
    let edits: [TextEdit]
    let wordEdits: [TextEdit]
    let preTokenizer: PreTokenizer
    /// The tokens that are found in the original text, and those that are found in edited text.
    let addedTokens: AddedTokenFinder
    let editedTokens: AddedTokenFinder
    let merges: MergeTable
    let ignoresMerges: Bool
    let unknown: Int32?
    let fusesUnknown: Bool
    let dropsFirstSpace: Bool
    /// The token of each byte, or -1: some vocabularies lack bytes.
    let byteTokens: [Int32]

    /// Whether the model expects tokens before a text that no chat template wrote.
    public var addsBOS: Bool { !opening.isEmpty }

    /// Creates a byte-level tokenizer from the contents of a model file.
    ///
    /// - Parameters:
    ///   - merges: Pairs as `left right` in the byte-level alphabet, the earliest first.
    /// - Throws: `TokenizerError` with the code `invalidVocabulary`.
    public convenience init(
        vocabulary: Vocabulary,
        preTokenizer: PreTokenizer,
        merges: [[UInt8]],
        bos: Int32?,
        eos: Int32?,
        addsBOS: Bool
    ) throws(TokenizerError) {
        var definition = TokenizerDefinition(
            vocabulary: vocabulary,
            alphabet: .bytes,
            merging: .ranked(try TokenizerDefinition.Merge.all(merges))
        )
        definition.preTokenizer = preTokenizer
        definition.bos = bos
        definition.eos = eos
        if addsBOS, let bos { definition.opening = [bos] }
        try self.init(definition)
    }

    /// Creates a tokenizer from its definition.
    ///
    /// - Throws: `TokenizerError` with the code `invalidVocabulary`.
    public init(_ definition: TokenizerDefinition) throws(TokenizerError) {
        try definition.check()
        let types = definition.vocabulary.types
        let alphabet = definition.alphabet
        var tokens: [[UInt8]] = []
        tokens.reserveCapacity(types.count)
        // A piece of text takes precedence over a special token with the same spelling.
        var (pieces, others): ([Int32], [Int32]) = ([], [])
        for (stored, type) in zip(definition.vocabulary.tokens, types) {
            let (bytes, isPiece) = Self.bytes(stored: stored, type: type, alphabet)
            if isPiece {
                pieces.append(Int32(tokens.count))
            } else if type != .unused {
                others.append(Int32(tokens.count))
            }
            tokens.append(bytes)
        }
        let tokenBytes = ByteStringTable(tokens, order: pieces + others)
        byteTokens = (0..<256).map { byte in
            tokenBytes.number(of: [UInt8(byte)]).flatMap { types[Int($0)].isText ? $0 : nil } ?? -1
        }
        merges = try MergeTable(definition.merging, tokenBytes, types, alphabet)
        let added = definition.standingTokens
        addedTokens = AddedTokenFinder(added.filter { !$0.isFoundInEditedText })
        editedTokens = AddedTokenFinder(
            added.filter(\.isFoundInEditedText).map { Self.edited($0, definition.edits) }
        )
        endTokens = Self.endTokens(eos: definition.eos, tokens: tokens, types: types)
            .union(definition.furtherEnds)
        var preTokenizer = definition.preTokenizer
        if alphabet == .characters, Self.staysWithinWords(tokenBytes, types) {
            preTokenizer.cutBeforeSpaces()
        }
        self.preTokenizer = preTokenizer
        self.tokenBytes = tokenBytes
        self.types = types
        self.alphabet = alphabet
        edits = definition.edits
        wordEdits = definition.wordEdits
        ignoresMerges = definition.ignoresMerges
        unknown = definition.unknown
        fusesUnknown = definition.fusesUnknown
        dropsFirstSpace = definition.dropsFirstSpace
        tokensBeyondModel = definition.tokensBeyondModel
        bos = definition.bos
        eos = definition.eos
        opening = definition.opening
        closing = definition.closing
    }

    /// The number of tokens; ids are less.
    public var vocabularySize: Int { types.count }

    /// Whether a token structures the conversation instead of being text.
    public func isControl(_ id: Int32) -> Bool {
        types.indices.contains(Int(id)) && types[Int(id)] == .control
    }

    /// The token with exactly these bytes, not those of its stored form.
    public func id(of token: [UInt8]) -> Int32? {
        if alphabet == .characters, let id = tokenBytes.number(of: SpaceMark.mark(token)) {
            return id
        }
        return tokenBytes.number(of: token)
    }
}

// MARK: - Setting up

extension Tokenizer {
    /// The bytes of a token, and whether it is a piece of text in its alphabet.
    private static func bytes(
        stored: [UInt8],
        type: TokenType,
        _ alphabet: TokenizerDefinition.Alphabet
    ) -> ([UInt8], isPiece: Bool) {
        switch (type, alphabet) {
        case (.normal, .characters):
            return (stored, true)
        case (.normal, .bytes):
            var bytes: [UInt8] = []
            bytes.reserveCapacity(stored.count)
            let isSpelled = ByteAlphabet.decode(stored, to: &bytes)
            return (bytes, isSpelled)
        case (.byte, _):
            // `<0x0A>`
            guard stored.count == 6,
                let byte = UInt8(String(decoding: stored[3..<5], as: UTF8.self), radix: 16)
            else { return (stored, false) }
            return ([byte], false)
        case (.unknown, _), (.control, _), (.userDefined, _), (.unused, _):
            return (stored, false)
        }
    }

    private static func edited(_ token: AddedToken, _ edits: [TextEdit]) -> AddedToken {
        var token = token
        token.text = token.text.withUnsafeBufferPointer {
            var text = EditedText($0, 0..<$0.count, recordsOrigins: false)
            text.apply(edits)
            return text.bytes
        }
        return token
    }

    /// Whether no token continues past the end of a word, so that words can be merged separately
    /// even without a pattern.
    private static func staysWithinWords(_ tokens: ByteStringTable, _ types: [TokenType]) -> Bool {
        guard tokens.number(of: SpaceMark.bytes) != nil else { return false }
        return types.indices.allSatisfy { index in
            guard types[index].isText, types[index] != .byte else { return true }
            var isInWord = false
            var token = tokens[index]
            while !token.isEmpty {
                if token.starts(with: SpaceMark.bytes) {
                    if isInWord { return false }
                    token = token.dropFirst(SpaceMark.bytes.count)
                } else {
                    isInWord = true
                    token = token.dropFirst()
                }
            }
            return true
        }
    }
}

extension TokenizerDefinition.Merge {
    /// The pairs of a list of `left right`.
    ///
    /// - Throws: `TokenizerError` with the code `invalidVocabulary`.
    public static func all(_ merges: [[UInt8]]) throws(TokenizerError) -> [Self] {
        var result: [Self] = []
        result.reserveCapacity(merges.count)
        for (rank, text) in merges.enumerated() {
            guard let merge = Self(text) else {
                throw TokenizerError(
                    .invalidVocabulary,
                    "Merge \(rank), \"\(String(decoding: text.prefix(80), as: UTF8.self))\", "
                        + "is not a pair."
                )
            }
            result.append(merge)
        }
        return result
    }
}

extension TokenizerDefinition {
    private static let maxAddedTokenLength = 4_096

    /// The tokens that are found in text as a whole, from the file's list or the types.
    package var standingTokens: [AddedToken] {
        if let addedTokens { return addedTokens }
        let types = vocabulary.types
        return types.indices.compactMap { index in
            switch types[index] {
            case .control, .unknown, .userDefined:
                AddedToken(
                    id: Int32(index),
                    text: vocabulary.tokens[index],
                    isControl: types[index] != .userDefined
                )
            case .normal, .unused, .byte:
                nil
            }
        }
    }

    /// Checks that the parts are consistent.
    fileprivate func check() throws(TokenizerError) {
        let count = vocabulary.tokens.count
        guard count == vocabulary.types.count, count <= Int(Int32.max) else {
            throw TokenizerError(
                .invalidVocabulary,
                "The vocabulary has \(count) tokens but \(vocabulary.types.count) token types."
            )
        }
        if case .scored(let scores) = merging, scores.count != count {
            throw TokenizerError(
                .invalidVocabulary,
                "The vocabulary has \(count) tokens but \(scores.count) scores."
            )
        }
        var named: [(String, Int32)] = []
        for (name, id) in [("bos", bos), ("eos", eos), ("unknown", unknown)] {
            if let id { named.append((name, id)) }
        }
        named += opening.map { ("opening", $0) } + closing.map { ("closing", $0) }
        named += furtherEnds.map { ("end", $0) }
        named += (addedTokens ?? []).map { ("added", $0.id) }
        for (name, id) in named where id < 0 || Int(id) >= count {
            throw TokenizerError(
                .invalidVocabulary,
                "The \(name) token \(id) is not one of the vocabulary's \(count) tokens."
            )
        }
        if let long = addedTokens?.first(where: { $0.text.count > Self.maxAddedTokenLength }) {
            throw TokenizerError(
                .invalidVocabulary,
                "The added token \(long.id) is longer than \(Self.maxAddedTokenLength) bytes."
            )
        }
    }
}
