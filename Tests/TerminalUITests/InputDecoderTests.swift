import TerminalUI
import Testing

@Suite("Decoding a terminal's bytes")
struct InputDecoderTests {
    private func events(_ text: String) -> [InputEvent] {
        var decoder = InputDecoder()
        return decoder.feed(text.utf8) + decoder.flush()
    }

    @Test(
        "knows the keys of xterm, tmux, rxvt and the Linux console",
        arguments: [
            ("a", "a"), ("한", "한"), ("\r", "enter"), ("\t", "tab"), ("\u{7F}", "backspace"),
            ("\u{08}", "backspace"), ("\u{03}", "ctrl+c"), ("\u{1A}", "ctrl+z"),
            ("\u{00}", "ctrl+space"),
            ("\u{1B}", "esc"), ("\u{1B}[A", "up"), ("\u{1B}OA", "up"),
            ("\u{1B}[1;5C", "ctrl+right"),
            ("\u{1B}[1;2D", "shift+left"), ("\u{1B}[H", "home"), ("\u{1B}[1~", "home"),
            ("\u{1B}[8~", "end"), ("\u{1B}[3~", "del"), ("\u{1B}[5~", "pgup"), ("\u{1B}OP", "F1"),
            ("\u{1B}[[A", "F1"), ("\u{1B}[15~", "F5"), ("\u{1B}[24~", "F12"),
            ("\u{1B}[Z", "shift+tab"),
            ("\u{1B}1", "alt+1"), ("\u{1B}ㅂ", "alt+ㅂ"), ("\u{1B}[27;5;112~", "ctrl+p"),
            ("\u{1B}[112;5u", "ctrl+p"), ("\u{1B}\u{7F}", "alt+backspace"), ("\u{1B}[", "alt+["),
            ("\u{1B}O", "alt+O"),
        ]
    )
    func keys(bytes: String, key: String) {
        #expect(events(bytes).map { "\($0)" } == ["key(\(key))"])
    }

    @Test("decodes two escapes as two presses")
    func doubleEscape() {
        #expect(events("\u{1B}\u{1B}") == [.key(.escape), .key(.escape)])
    }

    @Test("reads pastes whole, newlines as newlines, whatever they contain")
    func paste() {
        let pasted = "q\r한글\u{1B}[31m\u{1B}[20"
        #expect(
            events("a\u{1B}[200~\(pasted)\u{1B}[201~b")
                == [.key("a"), .paste("q\n한글\u{1B}[31m\u{1B}[20"), .key("b")]
        )
    }

    @Test("reads clicks, the wheel and focus")
    func mouse() {
        #expect(
            events("\u{1B}[<0;300;4M\u{1B}[<0;300;4m\u{1B}[<65;1;1M\u{1B}[<16;2;2M")
                == [
                    .mouse(MouseEvent(.press, at: Point(x: 299, y: 3))),
                    .mouse(MouseEvent(.release, at: Point(x: 299, y: 3))),
                    .mouse(MouseEvent(.wheelDown, at: Point(x: 0, y: 0))),
                    .mouse(MouseEvent(.press, at: Point(x: 1, y: 1), modifiers: .control)),
                ]
        )
        #expect(events("\u{1B}[I\u{1B}[O") == [.focus(true), .focus(false)])
        #expect(events("\u{1B}[M !!") == [.mouse(MouseEvent(.press, at: Point(x: 0, y: 0)))])
    }

    @Test(
        "swallows replies that nobody asked for",
        arguments: [
            "\u{1B}[?62;22c", "\u{1B}]11;rgb:ffff/ffff/ffff\u{07}", "\u{1B}]11;rgb:0/0/0\u{1B}\\",
            "\u{1B}P>|xterm(390)\u{1B}\\", "\u{1B}[24;80R", "\u{1B}[<35;5;5M",
        ]
    )
    func replies(bytes: String) {
        #expect(events(bytes + "k") == [.key("k")])
    }

    @Test("gives the same events however the bytes are split")
    func cuts() {
        let bytes = Array(
            "a한\u{1B}[A\u{1B}[200~p\u{1B}[\r\nq\u{1B}[201~\u{1B}[<0;5;4M\u{1B}]0;x\u{07}\u{1B}1z"
                .utf8
        )
        let whole = events(String(decoding: bytes, as: UTF8.self))
        for cut in 1..<bytes.count {
            var decoder = InputDecoder()
            let parts = decoder.feed(bytes[..<cut]) + decoder.feed(bytes[cut...])
            let rest = decoder.flush()
            #expect(parts + rest == whole)
        }
        var decoder = InputDecoder()
        let single = bytes.flatMap { decoder.feed([$0]) }
        let rest = decoder.flush()
        #expect(single + rest == whole)
    }

    @Test("survives any bytes")
    func noise() {
        var random = SeededRandom(seed: 3)
        var decoder = InputDecoder()
        for _ in 0..<5000 {
            let alphabet: [UInt8] = [
                0x1B, 0x5B, 0x4D, 0x3C, 0x3B, 0x30, 0x39, 0x7E, 0x4F, 0xFF, 0xED, 0x61,
            ]
            _ = decoder.feed((0..<4).map { _ in alphabet.randomElement(using: &random) ?? 0 })
            if Bool.random(using: &random) { _ = decoder.flush() }
        }
        _ = decoder.feed("\u{1B}[201~".utf8)
        _ = decoder.flush()
        let events = decoder.feed("k".utf8)
        #expect(events.last == .key("k"))
    }
}
