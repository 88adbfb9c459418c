import TerminalUI
import Testing

@Suite("Wrapping and truncating")
struct WrappingTests {
    @Test(
        "breaks at spaces, between ideographs, and within words too long",
        arguments: [
            ("the quick brown fox", 10, ["the quick", "brown fox"]),
            ("휴가는 어떻게 신청하나요?", 10, ["휴가는", "어떻게", "신청하나요", "?"]),
            ("인사 포털에서 날짜를", 14, ["인사 포털에서", "날짜를"]),
            ("今天天气很好。", 6, ["今天天", "气很", "好。"]),
            ("incomprehensibilities", 8, ["incompre", "hensibil", "ities"]),
            ("a\n\nb", 5, ["a", "", "b"]), ("a\r\nb", 5, ["a", "b"]), ("", 5, [""]),
            ("  indented text", 10, ["  indented", "text"]), ("a   b", 3, ["a", "b"]),
        ]
    )
    func wraps(text: String, width: Int, lines: [String]) {
        #expect(StyledText(text).wrapped(to: width).map(\.plain) == lines)
    }

    @Test("never makes a line wider than asked for", arguments: 1...40)
    func fits(width: Int) {
        let text = StyledText("휴가 a̐éö̲ 今天 supercalifragilistic 👩‍💻🇰🇷 — x\u{1B}[2J\n\n끝 end.")
        for line in text.wrapped(to: width) { #expect(line.width <= width) }
    }

    @Test("keeps the style of each part")
    func keepsStyles() {
        let text = StyledText("plain ") + StyledText("loud words", .error)
        let lines = text.wrapped(to: 10)
        #expect(lines.map(\.plain) == ["plain loud", "words"])
        #expect(lines[1].runs.map(\.style) == [.error])
    }

    @Test(
        "cuts long text with an ellipsis inside its width",
        arguments: [
            ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("한글날", 5, "한글…"), ("한글날", 4, "한…"),
            ("ab", 1, "…"), ("ab", 0, ""),
        ]
    )
    func truncates(text: String, width: Int, shown: String) {
        #expect(StyledText(text).truncated(to: width).plain == shown)
    }

    @Test("lines after the first are indented, and none is wider than allowed")
    func indented() {
        let text = StyledText("state  failed since the data has no held-out rows")
        #expect(
            text.wrapped(to: 20, indent: 4).map(\.plain) == [
                "state  failed", "    since the data", "    has no held-out", "    rows",
            ]
        )
        #expect(StyledText("short").wrapped(to: 20, indent: 4).map(\.plain) == ["short"])
        #expect(text.wrapped(to: 8, indent: 4) == text.wrapped(to: 8))
    }
}
