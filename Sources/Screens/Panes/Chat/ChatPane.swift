import Presentation
package import TerminalUI
import Workspace

/// Pane 5: a conversation with the deployed version, or with whom the user chooses.
package enum ChatPane: PaneContent {
    package static let words = [
        Word("base", "the model as it came, without what a run taught it"),
        Word("adapter", "what a run taught it; ctrl+o switches it off and on"),
        Word("deployed", "the version that chat opens with; pane 4 shows and changes it"),
        Word("temperature", "0 always takes the most likely token; higher is more random"),
        Word("token", "a piece of text; answers are counted in these"),
    ]

    package static func isTyping(in state: AppState) -> Bool {
        if state.chat.form != nil { return true }
        if case .failed = state.opening { return false }
        // What is typed while it is being read who answers is kept.
        return state.chat.isTyping && (state.chat.choice != nil || state.chat.problem == nil)
    }

    package static func press(_ key: Key, in state: inout AppState) -> [Effect]? {
        if state.chat.form != nil { return state.chat.form?.handle(key) == true ? [] : nil }
        let page = max(1, ChatLayout(state).text.height - 1)
        switch key {
        case .up: state.scrollConversation(by: -1)
        case .down: state.scrollConversation(by: 1)
        case .pageUp: state.scrollConversation(by: -page)
        case .pageDown: state.scrollConversation(by: page)
        default:
            if isTyping(in: state) { return state.chat.draft.handle(key) ? [] : nil }
            return pressReading(key, page: page, in: &state)
        }
        return []
    }

    private static func pressReading(
        _ key: Key,
        page: Int,
        in state: inout AppState
    ) -> [Effect]? {
        switch key {
        case "k": state.scrollConversation(by: -1)
        case "j": state.scrollConversation(by: 1)
        case "space": state.scrollConversation(by: page)
        case .home, "g": state.scrollConversation(by: -1_000_000)
        case .end, "G": state.scrollConversation(by: 1_000_000)
        default: return nil
        }
        return []
    }

    package static func paste(_ text: String, in state: inout AppState) -> [Effect] {
        if state.chat.form != nil {
            state.chat.form?.paste(text)
        } else {
            state.pasteIntoDraft(text)
        }
        return []
    }

    package static func click(
        _ target: String,
        isDouble: Bool,
        in state: inout AppState
    ) -> [Effect]? {
        if target.hasPrefix(Form.hitPrefix) {
            state.chat.form?.focus(String(target.dropFirst(Form.hitPrefix.count)))
            return []
        }
        guard state.chat.form == nil else { return nil }
        switch target {
        case ChatLayout.draftPrefix: state.chat.isTyping = true
        case ChatLayout.conversationPrefix: state.chat.isTyping = false
        default: return nil
        }
        return []
    }

    package static func scroll(by lines: Int, in state: inout AppState) -> [Effect] {
        state.scrollConversation(by: lines)
        return []
    }

    package static func stepOut(of state: inout AppState) -> Bool {
        if state.chat.form != nil {
            state.chat.form = nil
        } else if isTyping(in: state) {
            state.chat.isTyping = false
        } else {
            return false
        }
        return true
    }

    package static func interrupt(_ state: inout AppState) -> [Effect]? {
        state.chat.isAnswering ? state.stopAnswer() : nil
    }

    package static func appear(in state: inout AppState) -> [Effect] {
        // Whoever comes here wants to type; elsewhere letters would be commands.
        state.chat.isTyping = true
        // The registry knows which base a version was trained on.
        return (state.chat.choice == nil ? state.refreshSpeakers() : [])
            + (state.registry.models == nil ? state.refreshRegistry() : [])
    }

    package static func copyable(in state: AppState) -> String? { state.chat.conversation.lastText }
}

extension AppState {
    /// Characters that the field takes: more than any model here reads at once.
    private static let draftLimit = 65_536

    fileprivate mutating func pasteIntoDraft(_ text: String) {
        let room = max(0, Self.draftLimit - chat.draft.text.count)
        chat.draft.insert(String(text.prefix(room).map { $0.isNewline ? "\n" : $0 }))
        guard text.count > room else { return }
        tell(
            Notice(
                .warning,
                "Only the first \(Figures.count(Self.draftLimit)) characters were taken."
            )
        )
    }

    mutating func scrollConversation(by lines: Int) {
        let area = ChatLayout(self).text
        let text = ConversationText(chat.conversation, width: area.width, glyphs: .braille)
        chat.scroll.scroll(by: lines, total: text.lines.count, visible: area.height)
    }
}
