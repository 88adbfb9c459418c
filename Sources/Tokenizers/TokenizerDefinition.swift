/// What a tokenizer is made of, whichever file describes it.
public struct TokenizerDefinition: Sendable {
    /// How the vocabulary spells text.
    public enum Alphabet: Sendable, Hashable {
        /// Every byte is one character of GPT-2's alphabet.
        case bytes
        /// Text is spelled as it is; U+2581 stands for a space, and a character that has no token
        /// is spelled by the tokens of its bytes, `<0x0A>`.
        case characters
    }

    /// Which neighbouring tokens become one, and in which order.
    public enum Merging: Sendable {
        /// Pairs, the earliest first.
        case ranked([Merge])
        /// Any two that spell a token; the one of the highest score first.
        ///
        /// There is one score a token.
        case scored([Float])
    }

    /// Two tokens that become one, as the file spells them.
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
        /// The token that they become.
        package var joined: [UInt8] { Array(left + right) }
    }

    /// The tokens.
    public var vocabulary: Vocabulary
    /// How they spell text.
    public var alphabet: Alphabet
    /// How they merge.
    public var merging: Merging
    /// Whether a word that is a token is taken as it is, whatever merges would make of it.
    public var ignoresMerges = false
    /// What is done to text first, between the added tokens that are found as they are.
    public var edits: [TextEdit] = []
    /// What is done to it next, between all added tokens.
    public var wordEdits: [TextEdit] = []
    /// How it is then cut into words.
    public var preTokenizer = PreTokenizer()
    /// The tokens that stand in text as a whole; nil takes those the vocabulary's types name.
    public var addedTokens: [AddedToken]?
    /// Added tokens that a file names although the model has no row for them: no text ever gets
    /// them, and their spelling is text like any other.
    public var tokensBeyondModel: [AddedToken] = []
    /// Stands for a character that can be spelled in no way; without it such a one is left out.
    public var unknown: Int32?
    /// Whether one such token stands for any number of them in a row.
    public var fusesUnknown = false
    /// The token that starts a text.
    public var bos: Int32?
    /// The token that ends a text.
    public var eos: Int32?
    /// What comes before a text that no chat template wrote.
    public var opening: [Int32] = []
    /// What comes behind it.
    public var closing: [Int32] = []
    /// Tokens that end an answer besides `eos` and those known by their spelling.
    public var furtherEnds: Set<Int32> = []
    /// Whether a text's first space is not the writer's but was put there by `edits`.
    public var dropsFirstSpace = false

    /// Creates a definition of the parts that every tokenizer has.
    public init(vocabulary: Vocabulary, alphabet: Alphabet, merging: Merging) {
        self.vocabulary = vocabulary
        self.alphabet = alphabet
        self.merging = merging
    }
}
