import ChatTemplates
import Platform
import Testing
import TestModels
import Tokenizers

/// Tokenizers of characters, edits, and the flags of added tokens.
@Suite struct TokenizerDefinitionTests {
    /// A sentencepiece vocabulary: ▁, letters, a few words, bytes.
    private static func pieces(
        _ words: [(String, Float)],
        edits: [TextEdit] = [.prepend(mark), .replace([0x20], with: mark)]
    ) -> TokenizerDefinition {
        var tokens = ["<unk>", "<s>", "</s>"]
        var types: [TokenType] = [.unknown, .control, .control]
        var scores: [Float] = [0, 0, 0]
        for byte in 0..<256 {
            let digits = String(byte, radix: 16, uppercase: true)
            tokens.append("<0x\(digits.count == 1 ? "0" : "")\(digits)>")
            types.append(.byte)
            scores.append(0)
        }
        for (word, score) in words {
            tokens.append(word)
            types.append(.normal)
            scores.append(score)
        }
        var definition = TokenizerDefinition(
            vocabulary: Vocabulary(tokens: tokens.map { Array($0.utf8) }, types: types),
            alphabet: .characters,
            merging: .scored(scores)
        )
        definition.edits = edits
        definition.bos = 1
        definition.eos = 2
        definition.opening = [1]
        definition.dropsFirstSpace = true
        return definition
    }

    private static let mark = Array("\u{2581}".utf8)
    private static let letters = "\u{2581}abc".map { (String($0), Float(-100)) }

    private func pieces(_ text: String, _ tokenizer: Tokenizer) -> [String] {
        tokenizer.encode(Array(text.utf8), parsingSpecialTokens: true)
            .map { String(decoding: tokenizer.bytes(of: $0), as: UTF8.self) }
    }

    @Test func `the pair of the highest score merges first, of equal ones the leftmost`() throws {
        let words: [(String, Float)] = [("ab", -2), ("bc", -1), ("aa", -5), ("\u{2581}a", -4)]
        let tokenizer = try Tokenizer(Self.pieces(Self.letters + words))
        #expect(pieces("abc", tokenizer) == [" a", "bc"])
        #expect(pieces("baaa", tokenizer) == [" ", "b", "aa", "a"])
        #expect(pieces("", tokenizer) == [])
    }

    @Test func `a character without a token is spelled in bytes`() throws {
        let tokenizer = try Tokenizer(Self.pieces(Self.letters))
        let ids = tokenizer.encode(Array("a한".utf8), parsingSpecialTokens: false)
        #expect(ids.count == 5)
        #expect(tokenizer.decode(ids, skippingControlTokens: true) == Array("a한".utf8))
        for bytes in [[0xFF], [0x61, 0xE2, 0x96], [0xED, 0xA0, 0x80]] as [[UInt8]] {
            let ids = tokenizer.encode(bytes, parsingSpecialTokens: false)
            #expect(tokenizer.decode(ids, skippingControlTokens: true) == bytes)
        }
    }

    @Test func `characters without tokens are unknown, and several in a row are one`() throws {
        var definition = Self.pieces(Self.letters)
        definition.vocabulary.types = definition.vocabulary.types.map { $0 == .byte ? .unused : $0 }
        definition.unknown = 0
        let loose = try Tokenizer(definition)
        definition.fusesUnknown = true
        let fused = try Tokenizer(definition)
        #expect(loose.encode(Array("a한글".utf8), parsingSpecialTokens: false).suffix(2) == [0, 0])
        #expect(fused.encode(Array("a한글".utf8), parsingSpecialTokens: false).suffix(1) == [0])
    }

    @Test func `spaces are decoded, except the prepended one`() throws {
        let tokenizer = try Tokenizer(Self.pieces(Self.letters))
        for text in ["a b", " a", "  a  ", "a<s>b"] {
            let ids = tokenizer.encode(Array(text.utf8), parsingSpecialTokens: false)
            #expect(tokenizer.decode(ids, skippingControlTokens: true) == Array(text.utf8))
        }
        #expect(tokenizer.id(of: Array(" ".utf8)) == 259)
    }

    @Test func `tokens around a text are added on request`() throws {
        var definition = Self.pieces(Self.letters)
        definition.closing = [2]
        let tokenizer = try Tokenizer(definition)
        let ids = tokenizer.encode(
            Array("a".utf8),
            parsingSpecialTokens: false,
            addingBOS: true,
            addingEOS: true
        )
        #expect(ids.first == 1)
        #expect(ids.last == 2)
        #expect(tokenizer.addsBOS)
    }

    @Test func `a megabyte of one word is merged in a moment`() throws {
        let words: [(String, Float)] = [("aa", -1), ("aaaa", -2), ("\u{2581}\u{2581}", -3)]
        let tokenizer = try Tokenizer(Self.pieces(Self.letters + words))
        let clock = ContinuousClock()
        for byte in [UInt8(ascii: "a"), UInt8(ascii: " ")] {
            let text = [UInt8](repeating: byte, count: 1 << 20)
            var ids: [Int32] = []
            let time = clock.measure { ids = tokenizer.encode(text, parsingSpecialTokens: false) }
            #expect(tokenizer.decode(ids, skippingControlTokens: false) == text)
            #expect(time < .seconds(10))
        }
    }

    @Test func `ranges lead back to the text that was edited`() throws {
        var definition = Self.pieces(
            Self.letters + [("é", -100)],
            edits: [.compose, .prepend(Self.mark), .replace([0x20], with: Self.mark)]
        )
        definition.dropsFirstSpace = true
        let tokenizer = try Tokenizer(definition)
        let source = "{% for m in messages %}{{ m.content }}{% endfor %}"
        let chat = try ChatTemplate(source: source)
            .render([.user("a e\u{301}한b")], addingGenerationPrompt: false)
        let encoded = tokenizer.encode(chat)
        let texts = encoded.ranges.map { String(decoding: chat.bytes[$0], as: UTF8.self) }
        // The prepended space has no text; in a character spelled in bytes each byte has its own.
        #expect(texts.first == "")
        #expect(texts.prefix(4) == ["", "a", " ", "e\u{301}"])
        #expect(encoded.ranges.last == chat.bytes.count - 1..<chat.bytes.count)
        #expect(
            zip(encoded.ranges, encoded.ranges.dropFirst()).allSatisfy {
                $0.upperBound == $1.lowerBound
            }
        )
    }

    @Test func `the space before a text is not streamed, one within it is`() throws {
        var definition = Self.pieces(
            Self.letters,
            edits: [.prepend(Self.mark), .replace([0x20], with: Self.mark)]
        )
        definition.dropsFirstSpace = true
        let tokenizer = try Tokenizer(definition)
        let ids = tokenizer.encode(Array("a b".utf8), parsingSpecialTokens: false)
        func text(startsText: Bool) -> String {
            var stream = TextStream(tokenizer, startsText: startsText)
            return ids.map { stream.append($0) }.joined() + stream.finish()
        }
        #expect(text(startsText: true) == "a b")
        // Text that continues another begins with its space.
        #expect(text(startsText: false) == " a b")
    }

    // MARK: - Edits of a byte-level tokenizer

    private func edited(_ text: String, _ edits: [TextEdit]) throws -> String {
        var definition = TokenizerDefinition(
            vocabulary: SmallVocabulary.vocabulary,
            alphabet: .bytes,
            merging: .ranked([])
        )
        definition.edits = edits
        let tokenizer = try Tokenizer(definition)
        let ids = tokenizer.encode(Array(text.utf8), parsingSpecialTokens: false)
        return String(decoding: tokenizer.decode(ids, skippingControlTokens: false), as: UTF8.self)
    }

    @Test(arguments: [
        ("e\u{301}", "\u{E9}"), ("\u{1112}\u{1161}\u{11AB}", "\u{D55C}"), ("\u{212B}", "\u{C5}"),
        ("a\u{323}\u{307}b", "\u{1EA1}\u{307}b"), ("a\u{307}\u{323}", "\u{1EA1}\u{307}"),
        ("\u{F900}", "\u{8C48}"), ("plain 한글", "plain 한글"),
        ("\u{1100}\u{1100}\u{1161}", "\u{1100}\u{AC00}"),
    ])
    func `text is composed`(text: String, expected: String) throws {
        #expect(Array(try edited(text, [.compose]).utf8) == Array(expected.utf8))
    }

    @Test func `composing keeps invalid bytes`() throws {
        var definition = TokenizerDefinition(
            vocabulary: SmallVocabulary.vocabulary,
            alphabet: .bytes,
            merging: .ranked([])
        )
        definition.edits = [.compose]
        let tokenizer = try Tokenizer(definition)
        let bytes: [UInt8] = [0xFF, 0x65, 0xCC, 0x81, 0xC3, 0x61]
        let ids = tokenizer.encode(bytes, parsingSpecialTokens: false)
        #expect(
            tokenizer.decode(ids, skippingControlTokens: false) == [0xFF, 0xC3, 0xA9, 0xC3, 0x61]
        )
    }

    @Test func `edits prepend and replace`() throws {
        #expect(try edited("a", [.prepend([0x78])]) == "xa")
        #expect(try edited("xa", [.prependUnlessThere([0x78])]) == "xa")
        #expect(try edited("a", [.prependSpace]) == " a")
        #expect(try edited("\u{3000}a", [.prependSpace]) == "\u{3000}a")
        #expect(try edited("abab", [.replace(Array("ab".utf8), with: [0x78])]) == "xx")
        #expect(try edited("<think>a", [.prependAtStart([0x78])]) == "<think>a")
        #expect(try edited("", [.prepend([0x78])]) == "")
    }

    // MARK: - Added tokens

    private func tokenizer(_ change: (inout AddedToken) -> Void) throws -> Tokenizer {
        var token = AddedToken(
            id: SmallVocabulary.defined,
            text: Array("<think>".utf8),
            isControl: false
        )
        change(&token)
        var definition = TokenizerDefinition(
            vocabulary: SmallVocabulary.vocabulary,
            alphabet: .bytes,
            merging: .ranked([])
        )
        definition.addedTokens = [token]
        return try Tokenizer(definition)
    }

    @Test func `added tokens include white space according to their flags`() throws {
        let left = try tokenizer { $0.stripsLeft = true }
        let right = try tokenizer { $0.stripsRight = true }
        #expect(left.pieces("a \n<think> b") == ["a", "<think>", " ", "b"])
        #expect(right.pieces("a <think>\u{3000}\nb") == ["a", " ", "<think>", "b"])
        #expect(right.pieces("<think> <think> ") == ["<think>", "<think>"])
    }

    @Test func `an added token may match only as a whole word`() throws {
        let word = try tokenizer { $0.isSingleWord = true }
        for (text, counts) in [
            ("<think>", true), (" <think>!", true), ("a<think>", false), ("<think>_", false),
            ("한<think>", false), ("-<think>-", true),
        ] {
            #expect(word.pieces(text).contains("<think>") == counts, "\(text)")
        }
    }

    @Test func `an added token may be found in edited text`() throws {
        var definition = TokenizerDefinition(
            vocabulary: SmallVocabulary.vocabulary,
            alphabet: .bytes,
            merging: .ranked([])
        )
        var token = AddedToken(
            id: SmallVocabulary.defined,
            text: Array("{é}".utf8),
            isControl: false
        )
        token.isFoundInEditedText = true
        definition.addedTokens = [token]
        definition.edits = [.compose]
        let tokenizer = try Tokenizer(definition)
        let ids = tokenizer.encode(Array("a{e\u{301}}b".utf8), parsingSpecialTokens: false)
        #expect(ids.count == 3)
        #expect(ids[1] == SmallVocabulary.defined)
    }

    @Test func `a word that is a token is not split if merges are ignored`() throws {
        var vocabulary = SmallVocabulary.vocabulary
        vocabulary.tokens.append(Array("xyz".utf8))
        vocabulary.types.append(.normal)
        var definition = TokenizerDefinition(
            vocabulary: vocabulary,
            alphabet: .bytes,
            merging: .ranked([])
        )
        definition.preTokenizer = .gpt2
        #expect(try Tokenizer(definition).pieces("xyz") == ["x", "y", "z"])
        definition.ignoresMerges = true
        #expect(try Tokenizer(definition).pieces("xyz!xyza") == ["xyz", "!", "x", "y", "z", "a"])
    }

    @Test func `definitions that contradict themselves are refused`() throws {
        func refuses(_ change: (inout TokenizerDefinition) -> Void) {
            var definition = Self.pieces(Self.letters)
            change(&definition)
            let error = #expect(throws: TokenizerError.self) { _ = try Tokenizer(definition) }
            #expect(error?.code == .invalidVocabulary)
        }
        refuses { $0.merging = .scored([1]) }
        refuses { $0.unknown = 5_000 }
        refuses { $0.opening = [-1] }
        refuses { $0.furtherEnds = [.max] }
        refuses { $0.addedTokens = [AddedToken(id: 9_999, text: [0x61], isControl: true)] }
        refuses {
            $0.addedTokens = [
                AddedToken(id: 1, text: Array(repeating: 0x61, count: 5_000), isControl: true)
            ]
        }
        refuses { $0.merging = .ranked([.init([], [0x61])]) }
    }

    @Test func `scores that are NaN do not trap`() throws {
        let words: [(String, Float)] = [("ab", .nan), ("bc", -.infinity), ("ca", .infinity)]
        let tokenizer = try Tokenizer(Self.pieces(Self.letters + words))
        #expect(pieces("abca", tokenizer) == [" ", "ab", "ca"])
    }
}
