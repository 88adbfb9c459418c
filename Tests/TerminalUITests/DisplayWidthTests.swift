import Platform
import TerminalUI
import Testing

@Suite("Widths and forms of drawn text")
struct DisplayWidthTests {
    @Test(
        "takes the columns terminals agree on",
        arguments: [
            ("a", 1), ("é", 1), ("e\u{301}", 1), ("한", 2), ("한글 abc", 8), ("好", 2), ("ｱ", 1),
            ("Ａ", 2), ("│", 1), ("⣿", 1), ("±", 1), ("🙂", 2), ("👩‍💻", 2), ("👍🏽", 2), ("❤️", 1),
            ("🇰🇷", 2),
            ("1️⃣", 1), ("\u{1112}\u{1161}\u{11AB}", 2), ("", 0), ("\u{20AC}", 1), ("𠀀", 2),
        ]
    )
    func width(text: String, columns: Int) {
        #expect(DisplayWidth.of(text) == columns)
    }

    @Test(
        "reduces what terminals disagree on to a form they share",
        arguments: [
            ("👩‍💻", "👩"), ("👍🏽", "👍"), ("❤️", "❤"), ("🇰🇷", "KR"), ("1️⃣", "1\u{20E3}"),
            ("e\u{301}", "e\u{301}"),
        ]
    )
    func reduces(text: String, drawn: String) {
        #expect(Array(Glyph.sanitized(text).unicodeScalars) == Array(drawn.unicodeScalars))
    }

    @Test("composes conjoining jamo to one syllable")
    func composesJamo() {
        let drawn = Glyph.sanitized("\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}")
        #expect(drawn.unicodeScalars.map(\.value) == [0xD55C, 0xAE00])
    }

    @Test("keeps at most the marks of a curses cell")
    func limitsMarks() {
        let stacked = "e" + String(repeating: "\u{301}", count: 40)
        #expect(Glyph.sanitized(stacked).unicodeScalars.count == 5)
    }

    @Test(
        "shows control, escape and bidirectional characters instead of obeying them",
        arguments: [
            ("\u{1B}[31mred\u{1B}[0m", "␛[31mred␛[0m"), ("a\tb", "a␉b"), ("a\r\nb", "a␍␊b"),
            ("\u{07}", "␇"), ("\u{7F}", "␡"), ("\u{9B}31m", "\u{FFFD}31m"),
            ("\u{202E}gpj.exe", "\u{FFFD}gpj.exe"), ("\u{2066}x\u{2069}", "\u{FFFD}x\u{FFFD}"),
            ("a\u{200B}b", "a\u{FFFD}b"), ("\u{FEFF}", "\u{FFFD}"), ("\u{E0041}", "\u{FFFD}"),
            ("\u{2028}", "␊"),
        ]
    )
    func sanitizes(text: String, shown: String) {
        #expect(Glyph.sanitized(text) == shown)
    }

    @Test("shows invalid UTF-8 as replacement characters")
    func sanitizesBytes() {
        #expect(
            Glyph.sanitized([0x61, 0xFF, 0xC3, 0x28, 0xED, 0xA0, 0x80]).hasPrefix(
                "a\u{FFFD}\u{FFFD}("
            )
        )
    }

    @Test("never passes a byte below 32 or a C1 control")
    func sanitizesEverything() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<2000 {
            let bytes = (0..<24).map { _ in UInt8.random(in: 0...255, using: &random) }
            for scalar in Glyph.sanitized(bytes).unicodeScalars {
                #expect(scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value))
                #expect(scalar.properties.generalCategory != .format)
            }
        }
    }
}

/// A generator whose numbers depend only on its seed (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
