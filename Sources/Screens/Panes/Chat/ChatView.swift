import Platform
package import TerminalUI
import Workspace

extension ChatPaneState {
    package func draw(_ context: Context, in rect: Rect, on canvas: inout Canvas) {
        guard choice != nil else {
            return EmptyView.draw(Self.waiting(context, canvas.glyphs), in: rect, on: &canvas)
        }
        let layout = ChatLayout(self, context)
        drawConversation(context, in: layout, on: &canvas)
        drawDraft(context, in: layout.draft, on: &canvas)
        if let form { Self.drawForm(form, in: rect, on: &canvas) }
    }

    private static func waiting(_ context: Context, _ glyphs: GlyphSet) -> [StyledText] {
        if context.isOpen, context.library.hasNoModel { return EmptyView.firstSteps(context) }
        return EmptyView.waiting(for: .targets, "models", context, glyphs)
    }

    private func drawConversation(
        _ context: Context,
        in layout: ChatLayout,
        on canvas: inout Canvas
    ) {
        let glyphs = canvas.glyphs
        let inner = canvas.box(
            layout.conversation,
            title: title(glyphs),
            isFocused: !isTyping(context)
        )
        canvas.hit(layout.conversation, ChatLayout.conversationPrefix)
        let area = inner.inset(horizontally: 1)
        guard !conversation.isEmpty else {
            return drawWelcome(in: area, on: &canvas)
        }
        ConversationText(conversation, width: area.width, glyphs: glyphs)
            .draw(in: area, state: scroll, on: &canvas)
    }

    private func title(_ glyphs: GlyphSet) -> StyledText {
        guard let choice else { return StyledText("Chat") }
        var title = StyledText("Chat with ") + StyledText(choice.title, .strong)
        if !choice.subtitle.isEmpty { title.append(" \(glyphs.dot) \(choice.subtitle)", .muted) }
        return title
    }

    private func status(_ glyphs: GlyphSet) -> StyledText {
        if let reply = conversation.last, reply.isStreaming {
            return StyledText(
                reply.phase == .waiting
                    ? "reading\(glyphs.ellipsis)" : ConversationText.figures(of: reply),
                .accent
            )
        }
        switch loading?.phase {
        case .loading: return StyledText("loading\(glyphs.ellipsis)", .accent)
        case .ready: return StyledText("ready", .success)
        case .failed: return StyledText("cannot be loaded", .error)
        case nil: return StyledText()
        }
    }

    private func drawWelcome(in rect: Rect, on canvas: inout Canvas) {
        var lines: [StyledText] = []
        if let failure = loading?.failure {
            lines.append(StyledText(failure.message, .error))
            lines.append(StyledText(failure.hint ?? "", .muted))
        }
        lines += [
            StyledText("Ask something; enter sends it.", .muted),
            StyledText("ctrl+o switches between adapter and base model.", .muted),
            StyledText(
                "Answers are sampled with \(ChatOptions.summary(options)).",
                .muted
            ),
        ]
        ScrollText(lines).draw(in: rect, state: ScrollTextState(), on: &canvas)
    }

    private func drawDraft(_ context: Context, in rect: Rect, on canvas: inout Canvas) {
        let isTyping = isTyping(context)
        let hasBorders = rect.height > 2
        let inner =
            hasBorders
            ? canvas.box(
                rect,
                title: "You",
                trailing: status(canvas.glyphs),
                isFocused: isTyping
            ) : rect
        canvas.hit(rect, ChatLayout.draftPrefix)
        let area = inner.inset(horizontally: 1)
        if draft.text.isEmpty {
            let words = isTyping ? "a question" : "enter or i to type"
            canvas.write(StyledText(words, .muted), in: area)
        }
        DraftText(draft, width: max(1, area.width))
            .draw(isFocused: isTyping, in: area, on: &canvas)
    }

    private static func drawForm(_ form: FormState, in rect: Rect, on canvas: inout Canvas) {
        let drawn = Form(form)
        let area = rect.centered(
            Size(width: min(rect.width, 76), height: min(rect.height, drawn.height + 2))
        )
        canvas.hideCursor()
        canvas.fill(area)
        let inner = canvas.box(
            area,
            title: StyledText("How answers are sampled", .strong),
            isFocused: true
        )
        drawn.draw(in: inner.inset(horizontally: 1), on: &canvas)
    }
}
