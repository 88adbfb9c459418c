import Presentation
import Runs
import TerminalUI
import Tracking
import Workflows
import Workspace

extension AppState {
    mutating func reduce(_ action: ScreenAction) -> [Effect] {
        switch action {
        case .show(let pane):
            visitedFrom = nil
            return show(pane)
        case .visit(let pane):
            visitedFrom = self.pane == pane ? nil : self.pane
            return show(pane)
        case .move(let places): return reduce(.show(pane.moved(by: places)))
        case .help: overlay = .help(ScrollTextState())
        case .palette: overlay = .palette(MenuState())
        case .commandLine: overlay = .commandLine(TextFieldState())
        case .actionLog: overlay = .actionLog(ScrollTextState(followsEnd: true))
        case .alerts:
            overlay = .alerts(ListState(library.alerts?.first?.id))
            return library.refresh(.alerts, access)
        case .acknowledge(let ids): return [ScreenWork.acknowledge(ids)]
        case .theme(let name): return takeTheme(name)
        case .copy:
            guard let text = pane.content.copyable(in: self) else {
                return [.report(Notice(.information, "Nothing is selected to copy."))]
            }
            return .copy(text)
        case .toggleMouse:
            isMouseOn.toggle()
            let words = isMouseOn ? "on" : "off; the terminal selects text now"
            return [
                .report(Notice(.information, "The mouse is \(words).")),
                .terminal(.setMouse(isMouseOn)),
            ]
        case .toggleServer: return [ScreenWork.toggleServer]
        case .stepOut:
            if let visitedFrom, !pane.content.isTyping(in: self) {
                self.visitedFrom = nil
                return show(visitedFrom)
            }
            if !pane.content.stepOut(of: &self) { message = nil }
        case .suspend: return [.terminal(.suspend)]
        case .quit: return quit()
        case .leave: exit = .left
        case .leaveInBackground: return leaveInBackground()
        case .detached(let run, let process):
            detaching.remove(run)
            if detaching.isEmpty { exit = .left }
            let what = library.flowRun(run) == nil ? "run" : "flow run"
            return [.report(Notice(.success, "The \(what) continues as process \(process)."))]
        case .detachFailed(let error):
            detaching = []
            return [.report(error)]
        }
        return []
    }

    private mutating func show(_ pane: Pane) -> [Effect] {
        self.pane = pane
        return access.isOpen ? pane.content.appear(in: &self) : []
    }

    private mutating func takeTheme(_ name: String?) -> [Effect] {
        if let name {
            guard let index = themes.firstIndex(where: { $0.name == name }) else {
                let known = themes.map(\.name).joined(separator: ", ")
                return [
                    .report(
                        Notice(
                            .warning,
                            "No theme is called \(name).",
                            hint: "There are: \(known)."
                        )
                    )
                ]
            }
            themeIndex = index
        } else {
            themeIndex = (themeIndex + 1) % themes.count
        }
        settings.theme = theme.name
        let notice = Notice(.information, "Theme \(theme.name)")
        let report = Effect.report(notice, command: "workbench --theme \(theme.name)")
        let canSave = access.isOpen && access.readOnlyReason == nil
        return canSave ? [report, ScreenWork.saveTheme(theme.name)] : [report]
    }

    private mutating func leaveInBackground() -> [Effect] {
        let flows = library.flowRunsHere.map(\.id)
        let runs = library.runsHereOutsideFlows.map(\.id)
        detaching = Set(runs + flows)
        guard !detaching.isEmpty else {
            exit = .left
            return []
        }
        return [
            .report(Notice(.information, "Writing a checkpoint and handing the run over."))
        ] + runs.map(ScreenWork.detach) + flows.map(FlowsWork.detach)
    }

    /// Asks whether to leave although what was ordered has not begun.
    private mutating func askToLeave(while words: String) -> [Effect] {
        overlay = .question(
            Question(
                "Leave while \(words)?",
                message: ["It has not begun; if you leave now, it may not begin at all."],
                answers: [(.init(id: "leave", title: "Leave"), .screen(.leave))],
                refusal: "Wait"
            )
        )
        return []
    }

    /// Asks whether to leave although a run's next phase has not started yet.
    private mutating func askToLeave(between id: String) -> [Effect] {
        let name = library.run(id)?.name ?? id
        overlay = .question(
            Question(
                "Leave before the phase after \(name) starts?",
                message: [
                    "The phase is then not started. Start it later with R on \(name), or with",
                    StyledText(CommandText.resume(name)),
                ],
                answers: [(.init(id: "leave", title: "Leave"), .screen(.leave))]
            )
        )
        return []
    }

    private mutating func quit() -> [Effect] {
        let flows = library.flowRunsHere
        let runs = library.runsHereOutsideFlows
        guard let name = (flows.map(\.flow) + runs.map(\.name)).first else {
            if let words = self.flows.starting ?? library.starting {
                return askToLeave(while: words)
            }
            if let id = self.run.phasesToCome.first { return askToLeave(between: id) }
            exit = .left
            return []
        }
        let others = flows.count + runs.count - 1
        let names = others > 0 ? "\(name) and \(others) more" : name
        var message: [StyledText] = [
            "Background: it continues on its own, and the next workbench shows it live."
        ]
        if !flows.isEmpty {
            message += ["Stop: what has completed is kept, and p continues from there."]
        }
        if !runs.isEmpty {
            message += ["Stop: it keeps a checkpoint, and R resumes it at the same step."]
        }
        if !flows.isEmpty {
            let words = "The programs of shell and python tasks start again, either way."
            message += [StyledText(words, .warning)]
        }
        overlay = .question(
            Question(
                "Leave while \(names) \(others > 0 ? "are" : "is") running?",
                message: message,
                answers: [
                    (.init(id: "background", title: "Background"), .screen(.leaveInBackground)),
                    (.init(id: "stop", title: "Stop"), .screen(.leave)),
                ]
            )
        )
        return []
    }
}

extension [Effect] {
    /// Copies a text; `what` names it in the message.
    static func copy(_ text: String, what: String = "") -> [Effect] {
        let size = Figures.bytes(Int64(text.utf8.count))
        let words = what.isEmpty ? "Copied \(size)." : "Copied \(what), \(size)."
        return [.report(Notice(.success, words)), .terminal(.copy(text))]
    }
}
