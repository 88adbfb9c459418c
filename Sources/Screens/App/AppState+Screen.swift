import Presentation
import TerminalUI
import Workspace

extension AppState {
    mutating func reduce(_ action: ScreenAction) -> [Effect] {
        switch action {
        case .show(let pane):
            self.pane = pane
            return isOpen ? pane.content.appear(in: &self) : []
        case .move(let places): return reduce(.show(pane.moved(by: places)))
        case .help: overlay = .help(ScrollTextState())
        case .palette: overlay = .palette(MenuState())
        case .commandLine: overlay = .commandLine(TextFieldState())
        case .actionLog: overlay = .actionLog(ScrollTextState(followsEnd: true))
        case .theme(let name): return takeTheme(name)
        case .copy: return copy()
        case .toggleMouse:
            isMouseOn.toggle()
            let words = isMouseOn ? "on" : "off; the terminal selects text now"
            tell(Notice(.information, "The mouse is \(words)."))
            return [.terminal(.setMouse(isMouseOn))]
        case .toggleServer: return [.screen(.toggleServer)]
        case .stepOut:
            if !pane.content.stepOut(of: &self) { message = nil }
        case .suspend: return [.terminal(.suspend)]
        case .quit: return quit()
        case .leave: exit = .left
        case .leaveInBackground:
            detaching = Set(run.mine.map(\.id))
            if detaching.isEmpty {
                exit = .left
            } else {
                tell(Notice(.information, "Writing a checkpoint and handing the run over."))
            }
            return run.mine.map { .run(.detach($0.id)) }
        }
        return []
    }

    private mutating func takeTheme(_ name: String?) -> [Effect] {
        if let name {
            guard let index = themes.firstIndex(where: { $0.name == name }) else {
                let known = themes.map(\.name).joined(separator: ", ")
                tell(Notice(.warning, "No theme is called \(name).", hint: "There are: \(known)."))
                return []
            }
            themeIndex = index
        } else {
            themeIndex = (themeIndex + 1) % themes.count
        }
        settings.theme = theme.name
        tell(
            Notice(.information, "Theme \(theme.name)"),
            command: "workbench --theme \(theme.name)"
        )
        return isOpen && readOnlyReason == nil ? [.screen(.saveTheme(theme.name))] : []
    }

    private mutating func copy() -> [Effect] {
        guard let text = pane.content.copyable(in: self) else {
            tell(Notice(.information, "Nothing is selected that could be copied."))
            return []
        }
        tell(Notice(.success, "Copied \(Figures.bytes(Int64(text.utf8.count)))."))
        return [.terminal(.copy(text))]
    }

    /// Asks whether to leave while the stage after a run is about to be started.
    private mutating func askToLeave(between id: String) -> [Effect] {
        let name = run.runs?.first { $0.id == id }?.name ?? id
        overlay = .question(
            Question(
                "Leave before the stage after \(name) starts?",
                message: [
                    "It is not started then. R on \(name) starts it later, and so does",
                    StyledText("workbench train --resume \(CommandText.quoted(name))"),
                ],
                answers: [(.init(id: "leave", title: "Leave"), .screen(.leave))]
            )
        )
        return []
    }

    private mutating func quit() -> [Effect] {
        guard let run = run.mine.first else {
            if let id = self.run.stagesToCome.first { return askToLeave(between: id) }
            exit = .left
            return []
        }
        let others = self.run.mine.count - 1
        let name = others > 0 ? "\(run.name) and \(others) more" : run.name
        overlay = .question(
            Question(
                "Leave while \(name) is running?",
                message: [
                    "Background: it continues on its own, and the next workbench shows it live.",
                    "Stop: it keeps a checkpoint, and R resumes it at the same step.",
                ],
                answers: [
                    (.init(id: "background", title: "Background"), .screen(.leaveInBackground)),
                    (.init(id: "stop", title: "Stop"), .screen(.leave)),
                ]
            )
        )
        return []
    }
}
