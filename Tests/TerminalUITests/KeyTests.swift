import TerminalUI
import Testing

@Suite("Keys and their notation")
struct KeyTests {
    @Test(
        "reads back what it writes",
        arguments: [
            "ctrl+p", "alt+1", "esc", "F1", "F12", "/", "shift+tab", "space", "ctrl+alt+x", "+",
            "ctrl++", "ㅂ", "pgdn", "G",
        ]
    )
    func notation(text: String) {
        #expect(Key(parsing: text)?.description == text)
    }

    @Test("refuses invalid keys", arguments: ["", "ctrl+", "F0", "F99", "escape", "ab"])
    func notKeys(text: String) {
        #expect(Key(parsing: text) == nil)
    }

    @Test(
        "knows the Latin key under Hangul",
        arguments: [
            ("ㅂ", "q"), ("ㅈ", "w"), ("ㅓ", "j"), ("ㅏ", "k"), ("ㅃ", "Q"), ("ㅖ", "P"), ("ㅡ", "m"),
            ("가", "rk"), ("한", "gks"), ("왜", "dho"), ("값", "rkqt"),
        ] as [(Character, String)]
    )
    func jamo(hangul: Character, keys: String) {
        #expect(KoreanLayout.latinKeys(for: hangul) == keys)
    }

    @Test("maps every one of the 33 jamo keys to another letter")
    func jamoIsInjective() {
        let jamo = "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡㅃㅉㄸㄲㅆㅒㅖ"
        #expect(Set(jamo.compactMap(KoreanLayout.latinKeys(for:))).count == 33)
        #expect(KoreanLayout.latinKeys(for: "q") == nil)
    }
}

@Suite("Key tables")
struct KeyTableTests {
    private struct State {
        var isReadOnly = false
    }

    private enum Action: Equatable {
        case quit, train, theme(String?), panes
    }

    private let table = KeyTable<State, Action>([
        KeyBinding(
            "train",
            ["t"],
            "Train a model",
            category: "Runs",
            hint: "train",
            disabledReason: { $0.isReadOnly ? "this session is read-only" : nil },
            action: { _ in .train }
        ),
        KeyBinding(
            "theme",
            ["T"],
            "Change the theme",
            category: "Screen",
            argument: "name",
            action: { _, name in .theme(name) }
        ),
        KeyBinding("quit", ["q", "ctrl+q"], "Leave", category: "Screen", hint: "leave") { _ in .quit
        },
    ])

    private func action(_ resolution: KeyTable<State, Action>.Resolution) -> Action? {
        guard case .action(let action) = resolution else { return nil }
        return action
    }

    @Test("finds the binding of a key, also under a jamo")
    func dispatches() {
        #expect(action(table.resolve("q", in: State())) == .quit)
        #expect(action(table.resolve("ctrl+q", in: State())) == .quit)
        #expect(action(table.resolve(Key("ㅂ"), in: State())) == .quit)
        #expect(action(table.resolve(Key("ㅅ"), in: State())) == .train)
        #expect(action(table.resolve(Key("ㅆ"), in: State())) == .theme(nil))
        #expect(action(table.resolve("x", in: State())) == nil)
    }

    @Test("gives the reason why something cannot be done, everywhere")
    func disabled() {
        let state = State(isReadOnly: true)
        guard case .disabled(let title, let reason) = table.resolve("t", in: state) else {
            Issue.record("t is enabled")
            return
        }
        #expect(title == "Train a model")
        #expect(reason == "this session is read-only")
        #expect(table.entries(in: state)[0].disabledReason == reason)
        #expect(table.hints(in: state).map(\.isEnabled) == [false, true])
    }

    @Test("parses command lines by name, unambiguous prefix and argument")
    func commandLine() {
        #expect(
            action(table.resolve(commandLine: "theme  solar dark ", in: State()))
                == .theme("solar dark")
        )
        #expect(action(table.resolve(commandLine: " q", in: State())) == .quit)
        #expect(action(table.resolve(commandLine: "t", in: State())) == nil)
        #expect(action(table.resolve(commandLine: "", in: State())) == nil)
        #expect(table.completions(of: "t") == ["theme", "train"])
    }

    @Test("prefers a pane's bindings to the general ones")
    func layers() {
        let pane = KeyTable<State, Action>([
            KeyBinding("panes", ["q"], "Next pane", category: "Pane") { _ in .panes }
        ])
        let both = pane.over(table)
        #expect(action(both.resolve("q", in: State())) == .panes)
        #expect(action(both.resolve("ctrl+q", in: State())) == .quit)
        #expect(both.entries(in: State()).map(\.id) == ["panes", "train", "theme", "quit"])
    }
}
