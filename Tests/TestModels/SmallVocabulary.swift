public import Tokenizers

/// A tokenizer of all bytes, a few merges, two control tokens and a user-defined one.
public enum SmallVocabulary {
    /// The merges, first to last.
    public static let merges = [
        "h e", "l l", "he ll", "hell o", "Ġ w", "o r", "Ġw or", "Ġwor l", "Ġworl d", "Ċ Ċ", "a a",
        "aa aa", "< |",
    ]
    /// The first token of a merge.
    public static let firstMerge: Int32 = 256
    /// The token `<|im_start|>`.
    public static let control: Int32 = 256 + Int32(merges.count)
    /// The token `<|im_end|>`.
    public static var end: Int32 { control + 1 }
    /// The token `<think>`.
    public static var defined: Int32 { control + 2 }

    /// All tokens.
    public static var vocabulary: Vocabulary {
        // GPT-2's alphabet: printable bytes as themselves, the others from U+0100 on.
        var next: UInt32 = 0x100
        var tokens: [[UInt8]] = (0..<256).map { byte in
            var scalar = UInt32(byte)
            if byte < 33 || (127...160).contains(byte) || byte == 173 {
                scalar = next
                next += 1
            }
            return Unicode.Scalar(scalar).map { Array(String($0).utf8) } ?? []
        }
        tokens += merges.map { Array($0.replacing(" ", with: "").utf8) }
        let count = tokens.count
        tokens += ["<|im_start|>", "<|im_end|>", "<think>"].map { Array($0.utf8) }
        return Vocabulary(
            tokens: tokens,
            types: [TokenType](repeating: .normal, count: count) + [
                .control, .control, .userDefined,
            ]
        )
    }

    /// The tokenizer.
    public static func tokenizer(_ preTokenizer: PreTokenizer = .gpt2) throws -> Tokenizer {
        try Tokenizer(
            vocabulary: vocabulary,
            preTokenizer: preTokenizer,
            merges: merges.map { Array($0.utf8) },
            bos: control,
            eos: end,
            addsBOS: false
        )
    }
}

extension Tokenizer {
    /// The texts of a text's tokens.
    public func pieces(_ text: String, parsingSpecialTokens: Bool = false) -> [String] {
        encode(Array(text.utf8), parsingSpecialTokens: parsingSpecialTokens)
            .map { String(decoding: bytes(of: $0), as: UTF8.self) }
    }
}
