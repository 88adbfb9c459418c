import Platform
import Testing
import TestModels
import Tokenizers

@Suite struct TokenizerTests {
    let tokenizer: Tokenizer

    init() throws {
        tokenizer = try SmallVocabulary.tokenizer()
    }

    @Test func `the earliest merges win and words do not merge with each other`() {
        #expect(tokenizer.pieces("hello world") == ["hello", " world"])
        #expect(tokenizer.pieces("hell hel") == ["hell", " ", "he", "l"])
        #expect(tokenizer.pieces("aaaaaaa") == ["aaaa", "aa", "a"])
        #expect(tokenizer.pieces("") == [])
    }

    @Test func `a merge order given by rank is kept in long words`() {
        let word = String(repeating: "hello", count: 50)
        #expect(tokenizer.pieces(word) == Array(repeating: "hello", count: 50))
    }

    @Test func `control tokens are parsed from text only on request`() {
        let text = "<|im_start|>hello<|im_end|>"
        let parsed = tokenizer.encode(Array(text.utf8), parsingSpecialTokens: true)
        #expect(parsed.first == SmallVocabulary.control)
        #expect(parsed.last == SmallVocabulary.end)
        let plain = tokenizer.encode(Array(text.utf8), parsingSpecialTokens: false)
        #expect(!plain.contains(where: tokenizer.isControl))
        #expect(tokenizer.decode(plain, skippingControlTokens: true) == Array(text.utf8))
    }

    @Test func `user-defined tokens are text and always recognized`() {
        #expect(tokenizer.pieces("a<think>b") == ["a", "<think>", "b"])
        #expect(!tokenizer.isControl(SmallVocabulary.defined))
    }

    @Test func `bos is added on request`() {
        let ids = tokenizer.encode(
            Array("hello".utf8),
            parsingSpecialTokens: false,
            addingBOS: true
        )
        #expect(ids.first == SmallVocabulary.control)
        #expect(ids.count == 2)
    }

    @Test func `the longest of several special tokens matches`() throws {
        var vocabulary = SmallVocabulary.vocabulary
        vocabulary.tokens.append(Array("<|im_end|>!".utf8))
        vocabulary.types.append(.control)
        let tokenizer = try Tokenizer(
            vocabulary: vocabulary,
            preTokenizer: .gpt2,
            merges: [],
            bos: nil,
            eos: nil,
            addsBOS: false
        )
        #expect(
            tokenizer.pieces("<|im_end|>!?", parsingSpecialTokens: true) == ["<|im_end|>!", "?"]
        )
    }

    @Test(
        arguments: [
            [0xFF, 0xFE], [0x61, 0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0x80],
            [0x80, 0x20, 0x80], [0xE3, 0x84], [0xF0, 0x9F, 0x98], [0x20, 0xE3], [0x27], [0x20],
        ] as [[UInt8]]
    )
    func `bytes that are not text pass through`(bytes: [UInt8]) {
        let ids = tokenizer.encode(bytes, parsingSpecialTokens: false)
        #expect(tokenizer.decode(ids, skippingControlTokens: false) == bytes)
    }

    @Test func `composed and decomposed Hangul stay distinct`() {
        for text in ["\u{AC00}", "\u{1100}\u{1161}", "e\u{301}", "\u{E9}", "a\r\nb"] {
            let bytes = Array(text.utf8)
            let ids = tokenizer.encode(bytes, parsingSpecialTokens: false)
            #expect(tokenizer.decode(ids, skippingControlTokens: false) == bytes)
        }
    }

    @Test func `all bytes of a text of many different words are decoded`() {
        var state: UInt64 = 7
        let bytes = (0..<200_000).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
        let ids = tokenizer.encode(bytes, parsingSpecialTokens: false)
        #expect(tokenizer.decode(ids, skippingControlTokens: false) == bytes)
    }

    @Test func `a word of a megabyte is merged in a moment`() {
        let clock = ContinuousClock()
        let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)
        var count = 0
        let time = clock.measure {
            count = tokenizer.encode(bytes, parsingSpecialTokens: false).count
        }
        #expect(count == 1 << 18)
        // Quadratic merging would take hours.
        #expect(time < .seconds(10))
    }

    @Test func `control tokens are left out of text, other tokens are not`() {
        let ids = [SmallVocabulary.control, SmallVocabulary.defined, SmallVocabulary.end]
        #expect(tokenizer.decode(ids, skippingControlTokens: true) == Array("<think>".utf8))
        #expect(
            tokenizer.decode(ids, skippingControlTokens: false)
                == Array("<|im_start|><think><|im_end|>".utf8)
        )
    }

    @Test func `ids outside the vocabulary have no text and do not trap`() {
        #expect(tokenizer.bytes(of: -1) == [])
        #expect(tokenizer.bytes(of: .max) == [])
        #expect(!tokenizer.isControl(.min))
        #expect(tokenizer.decode([-5, 99_999], skippingControlTokens: true) == [])
    }

    @Test func `tokens are found by their bytes`() {
        #expect(tokenizer.id(of: Array("<|im_end|>".utf8)) == SmallVocabulary.end)
        #expect(tokenizer.id(of: Array(" world".utf8)).map(tokenizer.bytes) == Array(" world".utf8))
        #expect(tokenizer.id(of: Array("xyz".utf8)) == nil)
    }

    @Test func `generation ends at eos and at every token that ends a turn`() throws {
        #expect(tokenizer.endTokens == [SmallVocabulary.end])
        var vocabulary = SmallVocabulary.vocabulary
        vocabulary.tokens += ["<|endoftext|>", "<|eot_id|>", "<end_of_turn>"].map { Array($0.utf8) }
        vocabulary.types += [.control, .control, .normal]
        let other = try Tokenizer(
            vocabulary: vocabulary,
            preTokenizer: .gpt2,
            merges: [],
            bos: nil,
            eos: 5,
            addsBOS: false
        )
        let end = SmallVocabulary.end
        #expect(other.endTokens == [5, end, end + 2, end + 3])
    }

    @Test func `a byte without a token is left out and nothing merges across it`() throws {
        let tokenizer = try Tokenizer(
            vocabulary: Vocabulary(
                tokens: ["a", "b", "ab"].map { Array($0.utf8) },
                types: [.normal, .normal, .normal]
            ),
            preTokenizer: .gpt2,
            merges: [Array("a b".utf8)],
            bos: nil,
            eos: nil,
            addsBOS: false
        )
        #expect(tokenizer.pieces("abcab") == ["ab", "ab"])
        #expect(tokenizer.pieces("acb") == ["a", "b"])
    }

    @Test func `merges never produce a control token`() throws {
        let tokenizer = try Tokenizer(
            vocabulary: Vocabulary(
                tokens: ["a", "b", "ab"].map { Array($0.utf8) },
                types: [.normal, .normal, .control]
            ),
            preTokenizer: .gpt2,
            merges: [Array("a b".utf8)],
            bos: nil,
            eos: nil,
            addsBOS: false
        )
        #expect(tokenizer.pieces("ab") == ["a", "b"])
    }

    @Test func `a vocabulary that contradicts itself is refused`() {
        let two = Vocabulary(tokens: [[0x61], [0x62]], types: [.normal, .normal])
        func make(
            _ vocabulary: Vocabulary,
            merges: [String] = [],
            eos: Int32? = nil
        ) throws -> Tokenizer {
            try Tokenizer(
                vocabulary: vocabulary,
                preTokenizer: .gpt2,
                merges: merges.map { Array($0.utf8) },
                bos: nil,
                eos: eos,
                addsBOS: false
            )
        }
        for (merges, eos) in [(["ab"], nil), (["a b"], nil), (["a "], nil), ([], 2), ([], -1)]
            as [([String], Int32?)]
        {
            let error = #expect(throws: TokenizerError.self) {
                _ = try make(two, merges: merges, eos: eos)
            }
            #expect(error?.code == .invalidVocabulary)
        }
        var uneven = two
        uneven.types.removeLast()
        #expect(throws: TokenizerError.self) { _ = try make(uneven) }
    }

    @Test func `an unknown pre-tokenizer is named together with the known ones`() throws {
        #expect(try PreTokenizer(named: "gpt-2") == .gpt2)
        #expect(try PreTokenizer(named: "smollm") == .smolLM)
        let error = try #require(throws: TokenizerError.self) {
            _ = try PreTokenizer(named: "klingon")
        }
        #expect(error.code == .unsupportedPreTokenizer)
        #expect(error.description.contains("klingon"))
        #expect(error.description.contains("smollm"))
    }
}

@Suite struct PreTokenizerTests {
    /// A tokenizer without merges shows no words, so every run of letters is made one token by a
    /// query of the merges: here all pairs of `x` merge.
    private func words(_ text: String, _ preTokenizer: PreTokenizer) -> [String] {
        var words: [String] = []
        let bytes = Array(text.utf8)
        bytes.withUnsafeBufferPointer { buffer in
            preTokenizer.forEachWord(in: buffer) {
                words.append(String(decoding: bytes[$0], as: UTF8.self))
            }
        }
        return words
    }

    @Test(arguments: [
        ("Hello, world!", ["Hello", ",", " world", "!"]),
        ("I'll don't we'RE 'twas", ["I", "'ll", " don", "'t", " we", "'", "RE", " '", "twas"]),
        ("a  b", ["a", " ", " b"]),
        ("a   ", ["a", "   "]),
        ("a\n\nb", ["a", "\n", "\n", "b"]),
        ("a\t b", ["a", "\t", " b"]),
        ("x12 345", ["x", "12", " 345"]),
        ("한국어 글", ["한국어", " 글"]),
        ("½²Ⅷ", ["½²Ⅷ"]),
        ("e\u{301}a", ["e", "\u{301}", "a"]),
        ("a\u{A0}b", ["a", "\u{A0}", "b"]),
        ("a \u{3000}b", ["a", " ", "\u{3000}", "b"]),
        ("😀😀 a", ["😀😀", " a"]),
        ("𝒳y", ["𝒳y"]),
        ("''s", ["''", "s"]),
        ("", []),
    ])
    func `gpt-2 splits as its pattern does`(text: String, expected: [String]) {
        #expect(words(text, .gpt2) == expected)
    }

    @Test(arguments: [
        ("x12 345", ["x", "1", "2", " ", "3", "4", "5"]),
        ("a  1", ["a", "  ", "1"]),
        ("½ ²", ["½", " ", "²"]),
        ("v2's", ["v", "2", "'s"]),
    ])
    func `smollm splits digits first`(text: String, expected: [String]) {
        #expect(words(text, .smolLM) == expected)
    }
}

@Suite struct TextStreamTests {
    @Test func `a character divided between tokens is returned when complete`() throws {
        let tokenizer = try SmallVocabulary.tokenizer()
        var stream = TextStream(tokenizer)
        let ids = tokenizer.encode(Array("a한😀".utf8), parsingSpecialTokens: false)
        #expect(ids.count == 8)
        #expect(ids.map { stream.append($0) } == ["a", "", "", "한", "", "", "", "😀"])
        #expect(stream.finish() == "")
    }

    @Test func `an incomplete character is marked`() throws {
        let tokenizer = try SmallVocabulary.tokenizer()
        var stream = TextStream(tokenizer)
        let ids = tokenizer.encode([0xED, 0x95, 0x61, 0xFF, 0xED], parsingSpecialTokens: false)
        #expect(ids.map { stream.append($0) } == ["", "", "\u{FFFD}a", "\u{FFFD}", ""])
        #expect(stream.finish() == "\u{FFFD}")
        #expect(stream.finish() == "")
    }

    @Test func `control tokens are text only on request`() throws {
        let tokenizer = try SmallVocabulary.tokenizer()
        var silent = TextStream(tokenizer)
        #expect(silent.append(SmallVocabulary.end) == "")
        var verbose = TextStream(tokenizer, skippingControlTokens: false)
        #expect(verbose.append(SmallVocabulary.end) == "<|im_end|>")
    }
}
