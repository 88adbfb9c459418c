import TerminalUI
import Testing

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
