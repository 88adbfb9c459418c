import Platform
import Testing

struct VisibleTextTests {
    @Test(arguments: [
        ("\u{1B}]52;c;aGk=\u{07}", "␛]52;c;aGk=␇"), ("a\rb", "a␍b"), ("a\u{08}\u{7F}", "a␈␡"),
        ("\u{9B}31m\u{85}", "�31m�"), ("\u{202E}x\u{2069}", "�x�"), ("\u{61C}\u{200F}", "��"),
        ("one\u{2028}two", "one␊two"), ("\u{0}", "␀"), ("\r\n", "␍\n"),
    ])
    func controlCharactersAreMadeVisible(_ text: String, _ visible: String) {
        #expect(VisibleText.lines(text) == visible)
    }

    @Test(arguments: [
        "plain\n\ttext", "한국어 각", "👨‍👩‍👧 é e\u{301} ✓", "\u{1112}\u{1161}\u{11AB}", "a\u{200B}b",
    ])
    func everythingElseStaysByteForByte(_ text: String) {
        #expect(Array(VisibleText.lines(text).utf8) == Array(text.utf8))
    }

    @Test func aLineHasNoLineFeeds() {
        #expect(VisibleText.line("a\nb\tc\u{1B}") == "a␊b c␛")
    }

    @Test func jsonIsEscapedAndMeansTheSame() {
        let json = VisibleText.json("{\"n\":\"\u{9B}\u{7F}\u{202E}\u{2028}é\"}\n")
        #expect(json == "{\"n\":\"\\u009b\\u007f\\u202e\\u2028é\"}\n")
    }
}
