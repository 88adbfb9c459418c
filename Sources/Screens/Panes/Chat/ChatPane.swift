import Presentation
import Runs
package import TerminalUI
import Workspace

/// Pane 5: a conversation with the deployed version, or with a target that the user chooses.
extension ChatPaneState: PaneState {
    package static var path: WritableKeyPath<AppState, ChatPaneState> { \.chat }

    package static let words = [
        Word("base", "the model without an adapter"),
        Word("adapter", "the weights trained by a run; ctrl+o switches them off and on"),
        Word("deployed", "the version that chat opens with; pane 4 shows and changes it"),
        Word("temperature", "0 always takes the most likely token; higher is more random"),
        Word("token", "a piece of text; answers are counted in these"),
    ]

    package func isTyping(_ context: Context) -> Bool {
        if form != nil { return true }
        if case .failed = context.access.opening { return false }
        // Typing is possible while the targets are being read.
        return isTyping && (choice != nil || context.library.problems[.targets] == nil)
    }

    package mutating func press(_ key: Key, _ context: Context) -> [Effect]? {
        if form != nil { return form?.handle(key) == true ? [] : nil }
        let page = max(1, ChatLayout(self, context).text.height - 1)
        switch key {
        case .up: scroll(by: -1, in: context)
        case .down: scroll(by: 1, in: context)
        case .pageUp: scroll(by: -page, in: context)
        case .pageDown: scroll(by: page, in: context)
        default:
            if isTyping(context) { return draft.handle(key) ? [] : nil }
            return pressReading(key, page: page, context)
        }
        return []
    }

    private mutating func pressReading(
        _ key: Key,
        page: Int,
        _ context: Context
    ) -> [Effect]? {
        switch key {
        case "k": scroll(by: -1, in: context)
        case "j": scroll(by: 1, in: context)
        case "space": scroll(by: page, in: context)
        case .home, "g": scroll(by: -1_000_000, in: context)
        case .end, "G": scroll(by: 1_000_000, in: context)
        default: return nil
        }
        return []
    }

    package mutating func paste(_ text: String, _ context: Context) -> [Effect] {
        guard form == nil else {
            form?.paste(text)
            return []
        }
        let room = max(0, Self.draftLimit - draft.text.count)
        draft.insert(String(text.prefix(room).map { $0.isNewline ? "\n" : $0 }))
        guard text.count > room else { return [] }
        let words = "Only the first \(Figures.count(Self.draftLimit)) characters were taken."
        return [.report(Notice(.warning, words))]
    }

    /// The maximum number of characters of the draft, above any model's context.
    private static let draftLimit = 65_536

    package mutating func click(
        _ target: String,
        isDouble: Bool,
        _ context: Context
    ) -> [Effect]? {
        if target.hasPrefix(Form.hitPrefix) {
            form?.focus(String(target.dropFirst(Form.hitPrefix.count)))
            return []
        }
        guard form == nil else { return nil }
        switch target {
        case ChatLayout.draftPrefix: isTyping = true
        case ChatLayout.conversationPrefix: isTyping = false
        default: return nil
        }
        return []
    }

    package mutating func scroll(by lines: Int, _ context: Context) -> [Effect] {
        scroll(by: lines, in: context)
        return []
    }

    private mutating func scroll(by lines: Int, in context: Context) {
        let area = ChatLayout(self, context).text
        let text = ConversationText(conversation, width: area.width, glyphs: .braille)
        scroll.scroll(by: lines, total: text.lines.count, visible: area.height)
    }

    package mutating func stepOut(_ context: Context) -> Bool {
        if form != nil {
            form = nil
        } else if isTyping(context) {
            isTyping = false
        } else {
            return false
        }
        return true
    }

    package mutating func interrupt(_ context: Context) -> [Effect]? {
        isAnswering ? stopAnswer() : nil
    }

    package mutating func appear(_ context: Context) -> [Effect] {
        // Typing is the usual next step in this pane.
        isTyping = true
        // The registry knows the base model of a version.
        let targets = choice == nil ? [.refresh(.targets)] : context.library.need(.targets)
        return targets + context.library.need(.registered)
    }

    package func copyable(_ context: Context) -> String? { conversation.lastText }
}
