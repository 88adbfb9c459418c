/// The parts of a tokenizer, from any kind of file.
public struct TokenizerDefinition: Sendable {
    /// How the vocabulary spells text.
    public enum Alphabet: Sendable, Hashable {
        /// Every byte is one character of GPT-2's alphabet.
        case bytes
        /// Text is written as it is; U+2581 is a space, and a character without a token is written
        /// by the tokens of its bytes, `<0x0A>`.
        case characters
    }

    /// The adjacent tokens that merge, and their order.
    public enum Merging: Sendable {
        /// Pairs, the earliest first.
        case ranked([Merge])
        /// Any two tokens whose concatenation is a token; the one with the highest score first.
        ///
        /// There is one score per token.
        case scored([Float])
    }

    /// Two tokens that merge, in the file's spelling.
    public struct Merge: Sendable, Equatable {
        let text: [UInt8]
        let leftEnd: Int
        let rightStart: Int

        /// A pair written as `left right`; nil if that is not two words.
        public init?(_ text: [UInt8]) {
            guard let space = text.firstIndex(of: 0x20), space > 0, space + 1 < text.count,
                !text[(space + 1)...].contains(0x20)
            else { return nil }
            self.text = text
            leftEnd = space
            rightStart = space + 1
        }

        /// A pair of two texts.
        public init(_ left: [UInt8], _ right: [UInt8]) {
            text = left + right
            leftEnd = left.count
            rightStart = left.count
        }

        package var left: ArraySlice<UInt8> { text[..<leftEnd] }
        package var right: ArraySlice<UInt8> { text[rightStart...] }

        /// The pair as `left right`.
        package var line: [UInt8] { left + [0x20] + right }
        /// The result of the merge.
        package var joined: [UInt8] { Array(left + right) }
    }

    /// The tokens.
    public var vocabulary: Vocabulary
    /// How they spell text.
    public var alphabet: Alphabet
    /// How they merge.
    public var merging: Merging
    /// Whether a word that is a token is used as it is, without merging.
    public var ignoresMerges = false
    /// Edits of the text first, between the added tokens that are found in original text.
    public var edits: [TextEdit] = []
    /// Edits of the text next, between all added tokens.
    public var wordEdits: [TextEdit] = []
    /// How the text is then split into words.
    public var preTokenizer = PreTokenizer()
    /// The tokens that are found in text as a whole; nil uses those that the vocabulary's types
    /// mark.
    public var addedTokens: [AddedToken]?
    /// Added tokens in a file for which the model has no row: they are never produced, and their
    /// spelling is ordinary text.
    public var tokensBeyondModel: [AddedToken] = []
    /// The token for a character that cannot be encoded; without it such characters are left out.
    public var unknown: Int32?
    /// Whether one such token represents a run of them.
    public var fusesUnknown = false
    /// The token that starts a text.
    public var bos: Int32?
    /// The token that ends a text.
    public var eos: Int32?
    /// The tokens before a text that no chat template wrote.
    public var opening: [Int32] = []
    /// The tokens after it.
    public var closing: [Int32] = []
    /// Tokens that end an answer besides `eos` and those recognized by their spelling.
    public var furtherEnds: Set<Int32> = []
    /// Whether a text's first space was not in the original but added by `edits`.
    public var dropsFirstSpace = false

    /// Creates a definition with the parts that every tokenizer has.
    public init(vocabulary: Vocabulary, alphabet: Alphabet, merging: Merging) {
        self.vocabulary = vocabulary
        self.alphabet = alphabet
        self.merging = merging
    }
}
