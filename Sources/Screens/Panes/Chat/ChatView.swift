package import TerminalUI
import Workspace

extension ChatPane {
    package static func draw(_ state: AppState, in rect: Rect, on canvas: inout Canvas) {
        guard state.chat.choice != nil else {
            return EmptyView.draw(nobody(state, canvas.glyphs), in: rect, on: &canvas)
        }
        let layout = ChatLayout(state)
        drawConversation(state, in: layout, on: &canvas)
        drawDraft(state, in: layout.draft, on: &canvas)
        if let form = state.chat.form { drawForm(form, in: rect, on: &canvas) }
    }

    private static func nobody(_ state: AppState, _ glyphs: GlyphSet) -> [StyledText] {
        if case .failed(let error) = state.opening {
            return [StyledText(error.message, .error), StyledText(error.hint ?? "", .muted)]
        }
        if state.models.isEmpty { return EmptyView.firstSteps(state) }
        guard let problem = state.chat.problem else {
            return [StyledText("reading the models\(glyphs.ellipsis)", .muted)]
        }
        return [StyledText(problem.message, .error), StyledText(problem.hint ?? "", .muted)]
    }

    private static func drawConversation(
        _ state: AppState,
        in layout: ChatLayout,
        on canvas: inout Canvas
    ) {
        let glyphs = canvas.glyphs
        let inner = canvas.box(
            layout.conversation,
            title: title(state, glyphs),
            isFocused: !isTyping(in: state)
        )
        canvas.hit(layout.conversation, ChatLayout.conversationPrefix)
        let area = inner.inset(horizontally: 1)
        guard !state.chat.conversation.isEmpty else {
            return drawWelcome(state, in: area, on: &canvas)
        }
        ConversationText(state.chat.conversation, width: area.width, glyphs: glyphs)
            .draw(in: area, state: state.chat.scroll, on: &canvas)
    }

    private static func title(_ state: AppState, _ glyphs: GlyphSet) -> StyledText {
        guard let choice = state.chat.choice else { return StyledText("Chat") }
        var title = StyledText("Chat with ") + StyledText(choice.title, .strong)
        if !choice.subtitle.isEmpty { title.append(" \(glyphs.dot) \(choice.subtitle)", .muted) }
        return title
    }

    private static func status(_ state: AppState, _ glyphs: GlyphSet) -> StyledText {
        if let reply = state.chat.conversation.last, reply.isStreaming {
            return StyledText(
                reply.phase == .waiting
                    ? "reading\(glyphs.ellipsis)" : ConversationText.figures(of: reply),
                .accent
            )
        }
        switch state.chat.loading?.phase {
        case .loading: return StyledText("loading\(glyphs.ellipsis)", .accent)
        case .ready: return StyledText("ready", .success)
        case .failed: return StyledText("cannot be loaded", .error)
        case nil: return StyledText()
        }
    }

    private static func drawWelcome(_ state: AppState, in rect: Rect, on canvas: inout Canvas) {
        var lines: [StyledText] = []
        if let failure = state.chat.loading?.failure {
            lines.append(StyledText(failure.message, .error))
            lines.append(StyledText(failure.hint ?? "", .muted))
        }
        lines += [
            StyledText("Ask something; enter sends it.", .muted),
            StyledText("ctrl+o switches between adapter and base model.", .muted),
            StyledText(
                "Answers are sampled with \(ChatOptions.words(state.chat.options)).",
                .muted
            ),
        ]
        ScrollText(lines).draw(in: rect, state: ScrollTextState(), on: &canvas)
    }

    private static func drawDraft(_ state: AppState, in rect: Rect, on canvas: inout Canvas) {
        let isTyping = isTyping(in: state)
        let hasBorders = rect.height > 2
        let inner =
            hasBorders
            ? canvas.box(
                rect,
                title: "You",
                trailing: status(state, canvas.glyphs),
                isFocused: isTyping
            ) : rect
        canvas.hit(rect, ChatLayout.draftPrefix)
        let area = inner.inset(horizontally: 1)
        if state.chat.draft.text.isEmpty {
            let words = isTyping ? "a question" : "enter or i to type"
            canvas.write(StyledText(words, .muted), in: area)
        }
        DraftText(state.chat.draft, width: max(1, area.width))
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
