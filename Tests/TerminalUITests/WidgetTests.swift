import Testing
import TerminalUI

@Suite("Tables and lists")
struct TableTests {
    private let columns = [
        TableColumn("run", width: 8, weight: 1),
        TableColumn("loss", width: 6, alignment: .right, priority: 2),
        TableColumn("rate", width: 6, alignment: .right, priority: 1),
    ]

    private func table(_ rows: [String]) -> Table<String> {
        Table(columns: columns, rows: rows, sort: .init(column: 1, isAscending: false)) { id in
            [StyledText(id), "1.25", "3e-4"]
        }
    }

    @Test("draws headings, the order, marks and the selection")
    func golden() {
        var selection = ListState("b")
        selection.marked = ["c"]
        let rows = ["a", "b", "한글 이름이 길다"]
        let canvas = drawn(26, 4) { rect, canvas in
            table(rows + ["c"]).draw(in: rect, selection: selection, on: &canvas)
        }
        #expect(
            canvas.cells.dump() == """
                  run         loss▼   rate
                  a            1.25   3e-4
                › b            1.25   3e-4
                  한글 이름…   1.25   3e-4
                """
        )
        #expect(table(rows + ["c"]).footer(selection) == "2 of 4, 1 marked")
        #expect(canvas.cells[5, 2].style.surface == .selection)
    }

    @Test("drops the least important columns on narrow screens, never the first")
    func dropsColumns() {
        func header(_ width: Int) -> String {
            drawn(width, 2) { rect, canvas in
                table(["a"]).draw(in: rect, selection: ListState(), on: &canvas)
            }.cells.row(0)
        }
        #expect(header(24) == "  run       loss▼   rate")
        #expect(header(23) == "  run             loss▼")
        #expect(header(16) == "  run")
        #expect(header(4) == "  r…")
    }

    @Test("keeps the selection on its row when rows are added, removed and moved")
    func selectionById() {
        var selection = ListState("b")
        selection.refresh(["x", "c", "b", "a"])
        #expect(selection.selected == "b")
        #expect(selection.position(in: ["x", "c", "b", "a"]) == 2)
        selection.refresh(["x", "c", "a"])
        #expect(selection.selected == "a")
        selection.refresh([])
        #expect(selection.selected == nil)
    }

    @Test("moves with arrows, letters and pages, and stops at the ends")
    func moves() {
        let rows = Array(0..<100)
        var selection = ListState<Int>()
        selection.press("j", in: rows, visibleRows: 10)
        #expect(selection.selected == 1)
        selection.press(.pageDown, in: rows, visibleRows: 10)
        #expect(selection.selected == 10)
        #expect(selection.firstVisible(in: rows, rows: 10) == 1)
        selection.press("G", in: rows, visibleRows: 10)
        #expect(selection.selected == 99)
        selection.press(.up, in: rows, visibleRows: 10)
        #expect(selection.firstVisible(in: rows, rows: 10) == 90)
        selection.press("x", in: rows, visibleRows: 10, isKnown: false)
    }

    @Test("requests only the cells of visible rows")
    func isLazy() {
        var asked: [Int] = []
        let table = Table(columns: [TableColumn("n", width: 5)], rows: Array(0..<100_000)) { id in
            asked.append(id)
            return [StyledText("\(id)")]
        }
        _ = drawn(20, 5) { rect, canvas in
            table.draw(in: rect, selection: ListState(500), on: &canvas)
        }
        #expect(asked == [497, 498, 499, 500])
    }
}

@Suite("Text fields")
struct TextFieldTests {
    @Test("moves and deletes by graphemes")
    func graphemes() {
        var field = TextFieldState("한e\u{301}👩‍💻")
        #expect(field.cursor == 3)
        field.press(.backspace)
        #expect(field.text == "한e\u{301}")
        field.press(.left)
        field.insert("글")
        #expect(field.text == "한글e\u{301}")
        #expect(field.cursor == 2)
    }

    @Test("joins a mark to the grapheme before it")
    func joins() {
        var field = TextFieldState("e")
        field.insert("\u{301}")
        #expect(field.cursor == 1)
        #expect(field.text.count == 1)
    }

    @Test("edits as shells do")
    func editing() {
        var field = TextFieldState("one two three")
        field.press("ctrl+w")
        #expect(field.text == "one two ")
        field.press("ctrl+a")
        field.press("ctrl+k")
        #expect(field.text == "")
        field.press(.backspace)
        field.press(.delete)
        field.refuse("ctrl+p")
        field.refuse(.enter)
        field.refuse("alt+1")
    }

    @Test("replaces a selected text by what is typed or pasted, as a whole and once")
    func replacesSelected() {
        var typed = TextFieldState("0.001", isSelected: true)
        for key in "2e-4" { typed.press(Key(key)) }
        #expect(typed.text == "2e-4")
        #expect(typed.cursor == 4)
        var pasted = TextFieldState("이전 이름", isSelected: true)
        pasted.insert("faq")
        pasted.insert("-ko")
        #expect(pasted.text == "faq-ko")
        var untouched = TextFieldState("old", isSelected: true)
        untouched.insert("")
        #expect(untouched.isSelected)
    }

    @Test(
        "clears a selected text by any key that deletes",
        arguments: [.backspace, .delete, "ctrl+h", "ctrl+d", "ctrl+u", "ctrl+k", "ctrl+w"] as [Key]
    )
    func clearsSelected(key: Key) {
        var field = TextFieldState("company faq", isSelected: true)
        field.press(key)
        #expect(field.text == "")
        #expect(!field.isSelected)
        field.press("x")
        field.press("y")
        #expect(field.text == "xy")
    }

    @Test(
        "keeps a selected text for editing once the cursor is moved",
        arguments: [
            (.left, "xcompany"), (.home, "xcompany"), ("ctrl+a", "xcompany"),
            (.right, "companyx"), (.end, "companyx"), ("ctrl+e", "companyx"),
        ] as [(Key, String)]
    )
    func editsSelected(key: Key, expected: String) {
        var field = TextFieldState("company", isSelected: true)
        field.press(key)
        field.press("x")
        #expect(field.text == expected)
    }

    @Test("shows the selection, and says that typing replaces it if there is space")
    func drawsSelected() {
        func field(_ width: Int, isFocused: Bool = true) -> Canvas {
            drawn(width, 1) { rect, canvas in
                TextField(TextFieldState("faq", isSelected: true), isFocused: isFocused)
                    .draw(in: rect, on: &canvas)
            }
        }
        #expect(field(30).cells.dump() == "faq  type to replace")
        #expect(field(30).cells[2, 0].style.attributes.contains(.reverse))
        #expect(!field(30).cells[3, 0].style.attributes.contains(.reverse))
        #expect(field(20).cells.dump() == "faq  type to replace")
        #expect(field(19).cells.dump() == "faq")
        #expect(field(30, isFocused: false).cells.dump() == "faq")
        #expect(!field(30, isFocused: false).cells[0, 0].style.attributes.contains(.reverse))
    }

    @Test("scrolls so that the cursor is visible, also after wide text")
    func scrolls() {
        let canvas = drawn(8, 1) { rect, canvas in
            TextField(TextFieldState("가나다라마바사")).draw(in: rect, on: &canvas)
        }
        #expect(canvas.cursor == Point(x: 7, y: 0))
        #expect(canvas.cells.dump() == " 마바사")
        #expect(canvas.cells.isWhole)
    }
}

@Suite("Forms")
struct FormTests {
    private var form: FormState {
        FormState(
            [
                FormField(
                    "name",
                    "Run",
                    .text(placeholder: "a name"),
                    hint: "How you will find it."
                ),
                FormField("steps", "Steps", .number(minimum: 1, isInteger: true)),
                FormField("method", "Method", .choice(["qlora", "lora"])),
                FormField("packed", "Packing", .toggle),
            ],
            values: ["steps": "60", "packed": "true"]
        )
    }

    @Test("draws questions, answers and the hint of the focused one")
    func golden() {
        let canvas = drawn(30, 7) { rect, canvas in Form(form).draw(in: rect, on: &canvas) }
        #expect(
            canvas.cells.dump() == """
                › Run      a name
                  Steps    60
                  Method   qlora
                  Packing  [x] on


                How you will find it.
                """
        )
        #expect(canvas.cursor == Point(x: 11, y: 0))
    }

    @Test("replaces a newly focused answer, and edits it after the cursor is moved")
    func replacesAnswers() {
        var form = form
        for key in "first" { form.press(Key(key)) }
        form.press(.tab)
        form.press("7")
        form.press("5")
        #expect(form.value("steps") == "75")
        form.press(.backTab)
        form.press("n")
        #expect(form.value("name") == "n")
        form.press(.tab)
        form.press(.end)
        form.press("0")
        #expect(form.value("steps") == "750")
        form.set("steps", "60")
        form.paste("8")
        #expect(form.value("steps") == "8")
        form.focus("steps")
        form.press(.backspace)
        #expect(form.value("steps") == "")
    }

    @Test("checks numbers as they are typed")
    func checks() {
        var form = form
        #expect(form.isValid)
        #expect(form.firstProblem == nil)
        form.press(.tab)
        form.press("ctrl+u")
        #expect(form.problems["steps"] == "write a number")
        for key in "0.5" { form.press(Key(key)) }
        #expect(form.problems["steps"] == "write a whole number")
        #expect(form.firstProblem?.label == "Steps")
        form.press("ctrl+u")
        form.press("0")
        #expect(form.problems["steps"] == "at least 1")
        form.set("steps", "1e400")
        #expect(form.problems["steps"] == "write a number")
    }

    @Test("changes choices and toggles, and clears an external problem with the answer")
    func changes() {
        var form = form
        form.focus("method")
        form.setProblem("method", "lora needs 16-bit weights")
        #expect(!form.isValid)
        form.press(.right)
        #expect(form.value("method") == "lora")
        #expect(form.isValid)
        form.press(.right)
        #expect(form.value("method") == "qlora")
        form.press(.down)
        form.press("space")
        #expect(form.value("packed") == "false")
        form.press(.down)
        #expect(form.focused?.id == "name")
        form.paste("two\nlines")
        #expect(form.value("name") == "two lines")
    }
}

@Suite("Sections of forms")
struct FormSectionTests {
    private var form: FormState {
        FormState(
            [
                FormField("steps", "Steps", .number(minimum: 1, isInteger: true)),
                FormField("data", "Data", .section, hint: "How it is read."),
                FormField("long", "Too long", .choice(["stop", "drop"])),
                FormField("packed", "Packing", .toggle),
                FormField("end", "The end", .section),
                FormField("patience", "Patience", .number(minimum: 1)),
            ],
            values: ["steps": "60", "long": "drop", "patience": "3"],
            defaults: ["steps": "10", "long": "stop", "packed": "true", "patience": "3"]
        )
    }

    @Test("a closed section shows the values in it that are not the default")
    func closed() {
        let canvas = drawn(40, 5) { rect, canvas in Form(form).draw(in: rect, on: &canvas) }
        #expect(
            canvas.cells.dump() == """
                › Steps       60  type to replace
                  ▸ Data  Too long drop · no Packing
                  ▸ The end


                """
        )
    }

    @Test("fields of a closed section are skipped, and space, left and right open and close")
    func opens() {
        var form = form
        form.press(.down)
        form.press(.down)
        #expect(form.focused?.id == "end")
        form.press(.up)
        form.press("space")
        form.press(.down)
        #expect(form.focused?.id == "long")
        form.press(.up)
        form.press(.left)
        form.press(.left)
        form.press(.down)
        #expect(form.focused?.id == "end")
        form.press(.right)
        form.press(.right)
        form.press(.down)
        #expect(form.focused?.id == "patience")
        form.press(.down)
        #expect(form.focused?.id == "steps")
    }

    @Test("a wrong answer in a closed section is marked, and the focus opens it")
    func marksWrongAnswers() {
        var form = form
        form.set("patience", "0")
        let canvas = drawn(40, 5) { rect, canvas in Form(form).draw(in: rect, on: &canvas) }
        #expect(canvas.cells.dump().contains("! ▸ The end  Patience 0"))
        form.focus("patience")
        #expect(form.visible.count == 4)
        #expect(form.value("end") == "true")
    }

    @Test("values that do not fit are counted")
    func counts() {
        var form = form
        form.toggle("data")
        let canvas = drawn(40, 4) { rect, canvas in Form(form).draw(in: rect, on: &canvas) }
        #expect(
            canvas.cells.dump() == """
                › Steps       60  type to replace
                  ▾ Data
                  ▼ 3 more

                """
        )
    }
}

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

@Suite("Small widgets")
struct SmallWidgetTests {
    @Test("scrolls text, follows its end, and stays where it was left")
    func scrollText() {
        let text = ScrollText((1...20).map { StyledText("line \($0)") })
        func first(_ state: ScrollTextState) -> String {
            drawn(10, 5) { rect, canvas in text.draw(in: rect, state: state, on: &canvas) }
                .cells.row(0)
        }
        var state = ScrollTextState(followsEnd: true)
        #expect(first(state) == "line 16")
        state.scroll(by: -3, total: 20, visible: 5)
        #expect(first(state) == "line 13")
        #expect(!state.followsEnd)
        state.scroll(by: 99, total: 20, visible: 5)
        #expect(state.followsEnd)
    }

    @Test("shows the severity of a message without colour")
    func message() {
        let canvas = drawn(20, 1) { rect, canvas in
            MessageLine("saved", role: .success).draw(in: rect, on: &canvas)
        }
        #expect(canvas.cells.dump() == "✓ saved")
    }
}
