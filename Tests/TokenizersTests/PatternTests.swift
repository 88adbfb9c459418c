import Platform
import Testing
import Tokenizers

@Suite struct PatternTests {
    private func words(
        _ text: String,
        _ expression: String,
        _ behavior: PreTokenizer.Behavior = .isolated,
        isInverted: Bool = false
    ) throws -> [String] {
        var preTokenizer = PreTokenizer()
        try preTokenizer.split(by: expression, behavior, isInverted: isInverted)
        return words(Array(text.utf8), preTokenizer)
    }

    private func words(_ bytes: [UInt8], _ preTokenizer: PreTokenizer) -> [String] {
        var words: [String] = []
        bytes.withUnsafeBufferPointer { buffer in
            preTokenizer.forEachWord(in: buffer) {
                words.append(String(decoding: bytes[$0], as: UTF8.self))
            }
        }
        return words
    }

    @Test(arguments: [
        ("a", "bab", ["b", "a", "b"]),
        ("ab|a", "aab", ["a", "ab"]),
        ("[b-d]+", "abcde", ["a", "bcd", "e"]),
        ("[^a]", "aba", ["a", "b", "a"]),
        (#"\p{Lu}\p{Ll}+"#, "aBcD", ["a", "Bc", "D"]),
        (#"\p{N}{1,3}"#, "12345", ["123", "45"]),
        (#"\p{N}{2}"#, "12345", ["12", "34", "5"]),
        (#"a{2,}"#, "aaab a", ["aaa", "b a"]),
        ("(?:ab)+", "xababa", ["x", "abab", "a"]),
        ("(?:a|b){2}c", "abcac", ["abc", "ac"]),
        ("a+ab", "aaab", ["aaab"]),
        ("a++ab|b", "aaab", ["aaa", "b"]),
        (#"\s+(?!\S)"#, "a  b", ["a", " ", " b"]),
        ("a(?=b)", "abac", ["a", "bac"]),
        (#" +$"#, "a \nb c ", ["a", " ", "\nb c", " "]),
        ("(?i:'s)", "x'S'\u{17F}", ["x", "'S", "'\u{17F}"]),
        ("(?i)ab", "ABab", ["AB", "ab"]),
        (#"\x{AC00}|\u0062"#, "a가b", ["a", "가", "b"]),
        (#"[\s\S]"#, "a\n", ["a", "\n"]),
        (".", "a\nb", ["a", "\n", "b"]),
        (#"[]a]"#, "]b", ["]", "b"]),
        (#"[a\-]"#, "a-b", ["a", "-", "b"]),
        ("é|ü", "aüé", ["a", "ü", "é"]),
    ])
    func `an expression matches as in Oniguruma`(
        expression: String,
        text: String,
        expected: [String]
    ) throws {
        #expect(try words(text, expression) == expected)
    }

    @Test(arguments: [
        "(", ")", "[", "[a", "a**", "*", "a{", "a{3,2}", "a{5000}", #"\q"#, #"\1"#, #"\p{Han}"#,
        #"\pL"#, "(?<=a)b", "(?>a)", "a+?", "(?=ab)", "(a?)*", "[a&&b]", "[[a]]", #"\x{110000}"#,
        "^a", "(?:ab)++", "((((a{900}){900}){900}){900})", String(repeating: "(", count: 100_000),
    ])
    func `unsupported expressions are refused`(expression: String) {
        let error = #expect(throws: TokenizerError.self) { _ = try words("", expression) }
        #expect(error?.code == .unsupportedPreTokenizer)
        #expect(error?.hint != nil)
    }

    @Test(
        arguments: [
            (.isolated, false, ["a", "-", "-", "b", "-"]),
            (.removed, false, ["a", "b"]),
            (.removed, true, ["-", "-", "-"]),
            (.mergedWithPrevious, false, ["a-", "-", "b-"]),
            (.mergedWithNext, false, ["a", "-", "-b", "-"]),
            (.contiguous, false, ["a", "--", "b", "-"]),
        ] as [(PreTokenizer.Behavior, Bool, [String])]
    )
    func `matches are joined as the behavior says`(
        behavior: PreTokenizer.Behavior,
        isInverted: Bool,
        expected: [String]
    ) throws {
        #expect(try words("a--b-", "-", behavior, isInverted: isInverted) == expected)
    }

    @Test func `a literal text splits at its occurrences`() throws {
        var preTokenizer = PreTokenizer()
        try preTokenizer.split(at: "a.b", .mergedWithNext)
        #expect(words(Array("xa.baxb".utf8), preTokenizer) == ["x", "a.baxb"])
    }

    @Test(arguments: NamedPreTokenizer.all.flatMap(\.names))
    func `every named pre-tokenizer keeps all of a text`(name: String) throws {
        let preTokenizer = try PreTokenizer(named: name)
        let text = "I'LL go, 12345 times!\r\n\n  한국어 e\u{301} 😀\t\u{3000}x\u{85} \u{FFFF}AbC "
        for bytes in [Array(text.utf8), [0xFF, 0x61, 0xC3, 0x20, 0xED, 0xA0, 0x80, 0xF0, 0x9F]] {
            var all: [UInt8] = []
            bytes.withUnsafeBufferPointer { buffer in
                preTokenizer.forEachWord(in: buffer) { all += bytes[$0] }
            }
            #expect(all == bytes)
        }
    }

    @Test(arguments: [
        (
            "llama-bpe", "I'LL\n go 12345\n\n x",
            ["I", "'LL", "\n", " go", " ", "123", "45", "\n\n", " x"]
        ),
        ("qwen2", "a 12!?\n\nb", ["a", " ", "1", "2", "!?\n\n", "b"]),
        ("tekken", "HTTPServer fooBar", ["HTTPServer", " foo", "Bar"]),
        ("gpt-4o", "fooBar's", ["foo", "Bar's"]),
        ("qwen35", "e\u{301}\u{302}!", ["e\u{301}\u{302}", "!"]),
        ("falcon", "a,,b 12345", ["a", ",,", "b", " ", "123", "45"]),
    ])
    func `families split as their tokenizers do`(
        name: String,
        text: String,
        expected: [String]
    ) throws {
        let preTokenizer = try PreTokenizer(named: name)
        #expect(words(Array(text.utf8), preTokenizer) == expected)
    }

    @Test(arguments: [
        ("(a|a)*b", "a"), ("(?:a+a+)+b", "a"), ("(?:aa|a)+$b", "a"), (#"\s+$b"#, " "),
        ("a*a*a*b", "a"),
    ])
    func `an expression that would take forever ends and keeps the text`(
        expression: String,
        character: String
    ) throws {
        let text = String(repeating: character, count: 20_000) + "c"
        let clock = ContinuousClock()
        var parts: [String] = []
        let time = try clock.measure { parts = try words(text, expression) }
        #expect(parts.joined() == text)
        #expect(time < .seconds(5))
    }
}
