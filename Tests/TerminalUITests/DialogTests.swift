import TerminalUI
import Testing

@Suite("Dialogs and menus")
struct DialogTests {
    private let dialog = Dialog(
        title: "Delete run faq-ko-r16?",
        message: ["Its 3 checkpoints and its metrics go to the bin for 30 days."],
        choices: [.init(id: "delete", title: "Delete", isDangerous: true)],
        requiredText: "faq-ko-r16"
    )

    @Test("names the thing and the consequence, with Cancel in focus")
    func golden() {
        let canvas = drawn(50, 9) { rect, canvas in dialog.draw(.init(), in: rect, on: &canvas) }
        #expect(
            canvas.cells.dump() == """
                ╭ Delete run faq-ko-r16? ────────────────────────╮
                │ Its 3 checkpoints and its metrics go to the    │
                │ bin for 30 days.                               │
                │                                                │
                │ Type faq-ko-r16 to confirm:                    │
                │                                                │
                │ [ Cancel ]   Delete                            │
                ╰────────────────────────────────────────────────╯

                """
        )
    }

    @Test("is as wide as its buttons and its text")
    func width() {
        let wide = Dialog(
            title: "Retry?",
            message: ["Short."],
            choices: (1...4).map { .init(id: "\($0)", title: "A long answer \($0)") }
        )
        let canvas = drawn(120, 9) { rect, canvas in wide.draw(.init(), in: rect, on: &canvas) }
        #expect(canvas.cells.dump().contains("[ Cancel ]   A long answer 1     A long answer 2  "))
        #expect(canvas.cells.dump().contains("A long answer 4 "))
        let message = drawn(120, 9) { rect, canvas in dialog.draw(.init(), in: rect, on: &canvas) }
        #expect(message.cells.dump().contains("go to the bin for 30 days."))
    }

    @Test("does nothing dangerous by enter only, nor before the name is typed")
    func isSafe() {
        var state = Dialog.State()
        #expect(dialog.handle(.enter, &state) == .cancelled)
        #expect(dialog.handle(.tab, &state) == nil)
        #expect(dialog.handle(.enter, &state) == nil)
        for key in "faq-ko-r16" { #expect(dialog.handle(Key(key), &state) == nil) }
        #expect(dialog.handle(.enter, &state) == .chosen("delete"))
        #expect(dialog.handle(.escape, &state) == .cancelled)
    }

    private let menu = Menu(
        title: "Commands",
        items: [
            MenuItem(id: "train", title: "Train a model", detail: "t"),
            MenuItem(id: "theme", title: "Change the theme", detail: "T"),
            MenuItem(id: "rollback", title: "Roll back", detail: "B", disabledReason: "read-only"),
        ]
    )

    @Test("filters while typing, the best match first, and gives reasons")
    func menus() {
        var state = MenuState()
        for key in "the" { #expect(menu.handle(Key(key), &state) == nil) }
        #expect(menu.matches(state).map(\.id) == ["theme"])
        #expect(menu.handle(.enter, &state) == .chosen("theme"))
        state = MenuState()
        #expect(menu.handle(.up, &state) == nil)
        #expect(menu.handle(.down, &state) == nil)
        #expect(menu.handle(.enter, &state) == .chosen("theme"))
        #expect(menu.handle(.down, &state) == nil)
        #expect(menu.handle(.enter, &state) == .refused(reason: "read-only"))
        #expect(menu.choose(row: 0, state) == .chosen("train"))
    }

    @Test("prefers starts of words and consecutive letters")
    func fuzzy() throws {
        let start = try #require(FuzzyMatch.score("rb", in: "Roll back"))
        let inside = try #require(FuzzyMatch.score("rb", in: "Carbon"))
        #expect(start > inside)
        #expect(FuzzyMatch.score("xyz", in: "Roll back") == nil)
        #expect(FuzzyMatch.score("RB", in: "roll back") == nil)
        #expect(FuzzyMatch.score("", in: "anything") == 0)
        #expect(FuzzyMatch.score("휴가", in: "휴가 안내") != nil)
    }
}
