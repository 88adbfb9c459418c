import TerminalUI

/// The areas of the Chat pane.
struct ChatLayout {
    static let draftPrefix = "draft"
    static let conversationPrefix = "conversation"

    /// The conversation with its border.
    let conversation: Rect
    /// The draft with its border.
    let draft: Rect

    init(_ state: ChatPaneState, _ context: Context) {
        let body = context.frame.body
        let width = max(1, body.width - 4)
        let lines = DraftText(state.draft, width: width).lines.count
        let rows = min(max(1, lines), max(1, body.height / 3))
        let hasBorders = body.height >= 6
        let parts = body.rows(
            [.ratio(1), .fixed(rows + (hasBorders ? 2 : 0))],
            sharingBorders: hasBorders
        )
        conversation = parts[0]
        draft = parts[1]
    }

    /// The conversation's text.
    var text: Rect { conversation.insideBorder.inset(horizontally: 1) }
}
