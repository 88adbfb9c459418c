import Testing

/// One numbered step of the README, done in a terminal.
///
/// Only what the step names is pressed and typed, and at the end all of it was.
final class Tour {
    private let step: Readme.Step
    private let terminal: Tmux
    private var unused: Set<String>

    init(_ step: Readme.Step, _ terminal: Tmux) {
        self.step = step
        self.terminal = terminal
        unused = Set(step.spans)
    }

    /// Presses a key that the step names.
    func press(_ key: String) throws {
        try use(key)
        try terminal.press(Self.names[key] ?? Self.control(key) ?? key)
    }

    /// Presses a key until a text that the step may name is on the line with the focus.
    func press(_ key: String, until text: String) throws {
        for _ in 0..<30 {
            let line = try terminal.wait(for: "the focus") { screen in
                screen.lines.first { $0.contains("› ") }
            }
            if line.contains(text) {
                unused.remove(text)
                return
            }
            try press(key)
            try terminal.wait(for: "another line than \(line)") { screen in
                screen.lines.first { $0.contains("› ") } == line ? nil : true
            }
        }
        Issue.record("\(key) does not lead to \(text)")
    }

    /// Types a text that the step names.
    func type(_ text: String) throws {
        try use(text)
        try terminal.type(text)
    }

    /// Answers a question by a button that the step names.
    func choose(_ button: String, of question: String) throws {
        try use(button)
        try confirm(question, by: button)
    }

    /// Answers a question by the button that does what the step describes.
    func confirm(_ question: String, by button: String) throws {
        try terminal.answer(question, button)
        unused.subtract(["right", "enter"])
    }

    /// Checks that a name in the step is selected.
    func expectSelected(_ name: String) throws {
        try use(name)
        try terminal.wait(for: "› \(name)")
    }

    @discardableResult
    func wait(for texts: String..., seconds: Double = 20) throws -> Screen {
        try terminal.wait(for: "\(texts) in \(step.name)", seconds: seconds) { screen in
            texts.allSatisfy(screen.text.contains) ? screen : nil
        }
    }

    @discardableResult
    func wait<Found>(for what: String, _ find: (Screen) throws -> Found?) throws -> Found {
        try terminal.wait(for: "\(what) in \(step.name)", find)
    }

    /// Waits until this number of answers with their speeds is on the screen, all complete.
    @discardableResult
    func waitForAnswers(_ count: Int) throws -> Screen {
        try wait(for: "\(count) answers") { screen in
            let ended = screen.lines.count { $0.contains(/^│ [0-9]+ tokens?, [0-9.]+k? tok\/s/) }
            return ended >= count && !screen.text.contains("ctrl+c stop") ? screen : nil
        }
    }

    /// Ends the step: what it names and was not done must be among these.
    func end(without rest: String...) {
        #expect(unused == Set(rest), "\(step.name) names what was not done")
    }

    private func use(_ span: String) throws {
        try #require(step.spans.contains(span), "\(step.name) does not name \(span)")
        unused.remove(span)
    }

    private static let names = [
        "enter": "Enter", "esc": "Escape", "down": "Down", "right": "Right", "space": "Space",
        "tab": "Tab",
    ]

    private static func control(_ key: String) -> String? {
        key.hasPrefix("ctrl+") ? "C-\(key.dropFirst(5))" : nil
    }
}
