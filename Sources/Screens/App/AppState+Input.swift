import FoundationEssentials
import Runs
import TerminalUI
import Workspace

extension AppState {
    mutating func take(_ event: InputEvent) -> [Effect] {
        switch event {
        case .key(let key): return press(key)
        case .paste(let text): return paste(text)
        case .mouse(let event): return take(event)
        case .resize(let size):
            self.size = size
            return []
        case .hangUp:
            exit = exit ?? .hungUp
            return []
        case .terminate:
            exit = .terminated
            return []
        case .focus, .resumed, .wake: return []
        }
    }

    /// Dispatches a key: ctrl+c, then the overlay, then a text field, then the table.
    private mutating func press(_ key: Key) -> [Effect] {
        if key == "ctrl+c" { return interrupt() }
        if let effects = pressEverywhere(key) { return effects }
        if overlay != nil { return pressOverlay(key) }
        let content = pane.content
        if content.isTyping(in: self) { return pressTyping(key, content) }
        let key = key.onlyLatin
        return press(key, by: keyTable) ?? content.press(key, in: &self) ?? []
    }

    /// A focused text field takes printable keys; the table keeps the others.
    private mutating func pressTyping(
        _ key: Key,
        _ content: any PaneState.Type
    ) -> [Effect] {
        let typesNothing = key.typedCharacter == nil
        if typesNothing, let effects = press(key, by: content.keys(in: self)) { return effects }
        if let effects = content.press(key, in: &self) { return effects }
        return typesNothing ? press(key, by: GeneralKeys.table) ?? [] : []
    }

    /// Performs the binding of a key; nil if there is none.
    private mutating func press(
        _ key: Key,
        by table: KeyTable<AppState, Action>
    ) -> [Effect]? {
        switch table.resolve(key, in: self) {
        case .action(let action): return reduce(action)
        case .disabled(let title, let reason):
            return [.report(.unavailable(reason, title))]
        case .unbound: return nil
        }
    }

    /// Keys that also work in fields and over overlays.
    private mutating func pressEverywhere(_ key: Key) -> [Effect]? {
        if key == "ctrl+z" { return reduce(.screen(.suspend)) }
        if key == "F1" {
            if case .help = overlay { return nil }
            return reduce(.screen(.help))
        }
        for pane in Pane.allCases where key == .alt(Character("\(pane.rawValue)")) {
            overlay = nil
            return reduce(.screen(.show(pane)))
        }
        return nil
    }

    /// ctrl+c: stops a stream, else closes a field or overlay, else asks as `q` does.
    private mutating func interrupt() -> [Effect] {
        if let effects = pane.content.interrupt(&self) { return effects }
        if overlay != nil {
            overlay = nil
            return []
        }
        if pane.content.isTyping(in: self), pane.content.stepOut(of: &self) { return [] }
        return reduce(.screen(.quit))
    }

    private mutating func paste(_ text: String) -> [Effect] {
        switch overlay {
        case .commandLine(var field):
            field.insert(text.oneLine)
            overlay = .commandLine(field)
        case .prompt(var prompt):
            prompt.field.insert(text.oneLine)
            overlay = .prompt(prompt)
        case .palette(var state):
            state.query.insert(text.oneLine)
            overlay = .palette(state)
        case .choice(var prompt):
            prompt.menu.paste(text.oneLine, &prompt.state)
            overlay = .choice(prompt)
        case .question(var question):
            question.state.typed.insert(text.oneLine)
            overlay = .question(question)
        case .help, .actionLog, .text, .alerts: break
        case nil:
            if pane.content.isTyping(in: self) { return pane.content.paste(text, in: &self) }
        }
        return []
    }

    private mutating func take(_ event: MouseEvent) -> [Effect] {
        switch event.kind {
        case .wheelUp, .wheelDown:
            let lines = event.kind == .wheelUp ? -3 : 3
            return overlay == nil
                ? pane.content.scroll(by: lines, in: &self) : scrollOverlay(by: lines)
        case .press:
            guard let target = Frame(size: size).target(at: event.position, of: self) else {
                return []
            }
            let click = Click(target: target, date: now)
            let isDouble = lastClick.map { click.isSecond(after: $0) } ?? false
            lastClick = click
            return self.click(target, isDouble: isDouble)
        case .release, .secondary: return []
        }
    }

    private mutating func click(_ target: String, isDouble: Bool) -> [Effect] {
        if overlay != nil { return clickOverlay(target) }
        if let pane = Pane.allCases.first(where: { target == "pane:\($0.rawValue)" }) {
            return reduce(.screen(.show(pane)))
        }
        if target.hasPrefix("key:") {
            return perform(id: String(target.dropFirst("key:".count)))
        }
        return pane.content.click(target, isDouble: isDouble, in: &self) ?? []
    }
}

/// A click, kept to recognize a double click.
package struct Click: Equatable, Sendable {
    /// What was clicked.
    let target: String
    /// When.
    let date: Date

    /// Whether it is the second half of a double click.
    func isSecond(after first: Click) -> Bool {
        target == first.target && date.timeIntervalSince(first.date) < 0.4
    }
}

extension String {
    /// The text with newlines as spaces, for a field of one line.
    var oneLine: String { String(map { $0.isNewline ? " " : $0 }) }

    /// The number behind a prefix, as in the click target of a row.
    func place(after prefix: String) -> Int? {
        hasPrefix(prefix) ? Int(dropFirst(prefix.count)) : nil
    }
}
