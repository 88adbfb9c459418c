import Testing

/// The keys for the screen's forms.
extension Tmux {
    /// Opens the form for a run, fills in these answers by their labels, and starts the run.
    func train(_ answers: (label: String, value: String)...) throws {
        try press("t")
        try wait(for: "Train a model", "examples")
        for answer in answers {
            try press("Down", until: "› \(answer.label)") { $0.contains("› ") }
            try press("C-u")
            try type(answer.value)
            try wait(for: "the answer \(answer.value)") { screen in
                screen.lines.first { $0.contains("› \(answer.label)") && $0.contains(answer.value) }
            }
        }
        try press("Enter")
        try wait(for: "the form's end") { $0.text.contains("Forecast") ? nil : true }
    }

    /// Answers a question by the button with this title.
    func answer(_ question: String, _ button: String) throws {
        try wait(for: question)
        try press("Right", until: "[ \(button) ]") { $0.contains("[ ") }
        try press("Enter")
        try wait(for: "the end of \(question)") { $0.text.contains(question) ? nil : true }
    }

    /// Fills in the single line below this title.
    func fillIn(_ title: String, _ text: String) throws {
        try wait(for: title)
        try press("C-u")
        try type(text)
        try press("Enter")
        try wait(for: "the end of \(title)") { $0.text.contains(title) ? nil : true }
    }

    /// Presses a key until a text appears, each time after the line with the focus has changed.
    private func press(
        _ key: String,
        until text: String,
        hasFocus: (String) -> Bool
    ) throws {
        for _ in 0..<30 {
            let before = try wait(for: "the focus") { $0.lines.first(where: hasFocus) }
            if before.contains(text) { return }
            try press(key)
            try wait(for: "another focus") { screen in
                screen.lines.first(where: hasFocus).flatMap { $0 == before ? nil : true }
            }
        }
        throw Refusal(arguments: [key], text: "\(text) did not get the focus")
    }
}
