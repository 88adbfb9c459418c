import Runs
package import TerminalUI
import Workspace

extension AppState {
    /// The current bindings, the pane's before the general ones.
    package var keyTable: KeyTable<AppState, Action> {
        pane.content.keys(in: self).over(GeneralKeys.table)
    }

    /// Performs a binding by its id.
    mutating func perform(id: String) -> [Effect] {
        switch keyTable.resolve(id: id, in: self) {
        case .action(let action): return reduce(action)
        case .disabled(let title, let reason):
            return [.report(.unavailable(reason, title))]
        case .unbound: return []
        }
    }

    mutating func pressOverlay(_ key: Key) -> [Effect] {
        switch overlay {
        case .help(var state):
            if scroll(&state, with: key, total: HelpView.sheet(self).lineCount(size)) {
                overlay = .help(state)
            } else if [.escape, "?", "q", "F1", .enter].contains(key.onlyLatin) {
                overlay = nil
            }
        case .actionLog(var state):
            if scroll(&state, with: key, total: ActionLogView.sheet(self).lineCount(size)) {
                overlay = .actionLog(state)
            } else if [.escape, "L", "q", .enter].contains(key.onlyLatin) {
                overlay = nil
            }
        case .text(let sheet, var state):
            if scroll(&state, with: key, total: sheet.lineCount(size)) {
                overlay = .text(sheet, state)
            } else if [.escape, sheet.key, "q", .enter].contains(key.onlyLatin) {
                overlay = nil
            }
        case .alerts(let list): return pressAlerts(key, list)
        case .palette(var state):
            let outcome = Palette.menu(self).handle(key, &state)
            overlay = .palette(state)
            return take(outcome) { $0.perform(id: $1) }
        case .choice(var prompt):
            let outcome = prompt.menu.handle(key, &prompt.state)
            overlay = .choice(prompt)
            return take(outcome) { state, id in
                prompt.answers[id].map { state.reduce($0) } ?? []
            }
        case .commandLine(let field): return pressCommandLine(key, field)
        case .prompt(let prompt): return pressPrompt(key, prompt)
        case .question(var question):
            let key = question.dialog.requiredText == nil ? key.onlyLatin : key
            let outcome = question.dialog.handle(key, &question.state)
            overlay = .question(question)
            return take(outcome, of: question)
        case nil: break
        }
        return []
    }

    mutating func clickOverlay(_ target: String) -> [Effect] {
        switch overlay {
        case .question(let question):
            guard let button = target.place(after: Dialog.hitPrefix) else { return [] }
            return take(question.dialog.choose(button, question.state), of: question)
        case .palette(let state):
            guard let row = target.place(after: Menu.hitPrefix) else { return [] }
            return take(Palette.menu(self).choose(row: row, state)) { $0.perform(id: $1) }
        case .choice(let prompt):
            guard let row = target.place(after: Menu.hitPrefix) else { return [] }
            return take(prompt.menu.choose(row: row, prompt.state)) { state, id in
                prompt.answers[id].map { state.reduce($0) } ?? []
            }
        case .alerts(let list): return clickAlerts(target, list)
        case .help, .actionLog, .text, .commandLine, .prompt, nil: return []
        }
    }

    mutating func scrollOverlay(by lines: Int) -> [Effect] {
        switch overlay {
        case .help, .actionLog, .text:
            return (0..<abs(lines)).flatMap { _ in pressOverlay(lines < 0 ? .up : .down) }
        case .palette, .choice, .alerts: return pressOverlay(lines < 0 ? .up : .down)
        case .commandLine, .prompt, .question, nil: return []
        }
    }

    private mutating func take(
        _ outcome: Menu.Outcome?,
        choose: (inout AppState, String) -> [Effect]
    ) -> [Effect] {
        switch outcome {
        case .chosen(let id):
            overlay = nil
            return choose(&self, id)
        case .refused(let reason): return [.report(.unavailable(reason))]
        case .cancelled: overlay = nil
        case nil: break
        }
        return []
    }

    private mutating func take(_ outcome: Dialog.Outcome?, of question: Question) -> [Effect] {
        guard let outcome else { return [] }
        overlay = nil
        guard case .chosen(let id) = outcome, let action = question.answers[id] else { return [] }
        return reduce(action)
    }

    private mutating func pressPrompt(_ key: Key, _ old: TextPrompt) -> [Effect] {
        var prompt = old
        switch key {
        case .escape: overlay = nil
        case .enter:
            guard prompt.isOptional || !prompt.field.text.isEmpty else { return [] }
            overlay = nil
            return reduce(prompt.answer.action(prompt.field.text))
        default:
            _ = prompt.field.handle(key)
            overlay = .prompt(prompt)
        }
        return []
    }

    private mutating func pressCommandLine(_ key: Key, _ old: TextFieldState) -> [Effect] {
        var field = old
        switch key {
        case .escape: overlay = nil
        case .backspace where field.text.isEmpty: overlay = nil
        case .tab:
            let completions = keyTable.completions(of: field.text)
            if completions.count == 1 { field.set(completions[0] + " ") }
            overlay = .commandLine(field)
        case .enter:
            overlay = nil
            guard !field.text.allSatisfy(\.isWhitespace) else { return [] }
            switch keyTable.resolve(commandLine: field.text, in: self) {
            case .action(let action): return reduce(action)
            case .disabled(let title, let reason):
                return [.report(.unavailable(reason, title))]
            case .unbound:
                overlay = .commandLine(field)
                let hint = "Press tab to complete, ctrl+p for the list."
                return [
                    .report(Notice(.warning, "\(field.text) is not a command here.", hint: hint))
                ]
            }
        default:
            _ = field.handle(key)
            overlay = .commandLine(field)
        }
        return []
    }

    private func scroll(_ state: inout ScrollTextState, with key: Key, total: Int) -> Bool {
        let visible = Frame(size: size).overlayRows
        let lines: Int
        switch key.onlyLatin {
        case .up, "k": lines = -1
        case .down, "j": lines = 1
        case .pageUp: lines = -visible
        case .pageDown, "space": lines = visible
        case .home, "g": lines = -total
        case .end, "G": lines = total
        default: return false
        }
        state.scroll(by: lines, total: total, visible: visible)
        return true
    }
}

extension Key {
    /// The Latin key of a jamo; a syllable of several keys is unchanged.
    var onlyLatin: Key {
        let keys = latinKeys
        return keys.count == 1 ? keys[0] : self
    }
}
