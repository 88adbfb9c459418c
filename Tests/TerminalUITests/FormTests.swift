import TerminalUI
import Testing

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
