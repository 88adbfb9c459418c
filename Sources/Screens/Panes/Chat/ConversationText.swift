import Platform
import Presentation
import TerminalUI
import Workspace

/// A conversation as lines: every answer under its model's name, two answers of one question side by
/// side if there is room.
struct ConversationText {
    /// The minimum width for two answers side by side.
    private static let splitWidth = 84

    private let conversation: Conversation
    private let width: Int
    private let glyphs: GlyphSet

    init(_ conversation: Conversation, width: Int, glyphs: GlyphSet) {
        self.conversation = conversation
        self.width = width
        self.glyphs = glyphs
    }

    /// All lines.
    var lines: [StyledText] { conversation.exchanges.flatMap(lines) }

    /// The last lines, at least `count` if there are so many; earlier questions are not wrapped.
    func tail(_ count: Int) -> [StyledText] {
        var tail: [StyledText] = []
        for exchange in conversation.exchanges.reversed() {
            guard tail.count < count else { break }
            tail = lines(of: exchange) + tail
        }
        return tail
    }

    /// `count` lines from an offset, or the last ones; later questions are not wrapped.
    private func window(from offset: Int, _ count: Int) -> ArraySlice<StyledText> {
        var lines: [StyledText] = []
        for exchange in conversation.exchanges {
            guard lines.count < offset + count else { break }
            lines += self.lines(of: exchange)
        }
        return lines.dropFirst(min(offset, max(0, lines.count - count))).prefix(count)
    }

    /// Draws the lines that a scroll shows.
    func draw(in rect: Rect, state: ScrollTextState, on canvas: inout Canvas) {
        let shown =
            state.followsEnd
            ? tail(rect.height).suffix(rect.height) : window(from: state.offset, rect.height)
        for (row, line) in shown.enumerated() {
            canvas.write(line, x: rect.x, y: rect.y + row, width: rect.width)
        }
    }

    /// Such as `42 tokens, 38.2 tok/s`, and why it ended early.
    static func figures(of reply: Conversation.Reply) -> String {
        let count = reply.tokenCount == 1 ? "1 token" : "\(reply.tokenCount) tokens"
        var facts = [count]
        if reply.tokensPerSecond > 0 {
            facts.append("\(Figures.rate(reply.tokensPerSecond)) tok/s")
        }
        switch reply.phase {
        case .ended(.length): facts.append("cut at the limit")
        case .ended(.cancelled): facts.append("stopped")
        case .waiting, .streaming, .ended, .failed: break
        }
        return facts.joined(separator: ", ")
    }

    private func lines(of exchange: Conversation.Exchange) -> [StyledText] {
        var lines = [StyledText("You", .muted)]
        lines += StyledText(exchange.question).wrapped(to: width)
        lines.append(StyledText())
        var rest = exchange.answers[...]
        while let first = rest.popFirst() {
            if width >= Self.splitWidth, let second = rest.popFirst() {
                lines += sideBySide(first, second)
            } else {
                lines += self.lines(of: first, width: width)
            }
            lines.append(StyledText())
        }
        return lines
    }

    private func sideBySide(
        _ left: Conversation.Reply,
        _ right: Conversation.Reply
    ) -> [StyledText] {
        let half = (width - 3) / 2
        let lefts = lines(of: left, width: half)
        let rights = lines(of: right, width: half)
        let divider = glyphs == .ascii ? " | " : " │ "
        return (0..<max(lefts.count, rights.count)).map { row in
            var line = lefts.indices.contains(row) ? lefts[row] : StyledText()
            line.append(String(repeating: " ", count: max(0, half - line.width)))
            line.append(divider, Style(.border))
            return rights.indices.contains(row) ? line + rights[row] : line
        }
    }

    private func lines(of reply: Conversation.Reply, width: Int) -> [StyledText] {
        var title = StyledText(reply.choice.title, .accent)
        if reply.seed > 0 { title.append(" \(glyphs.dot) seed \(reply.seed)", .muted) }
        var lines = [title.truncated(to: width, ellipsis: glyphs.ellipsis)]
        lines += StyledText(reply.text).wrapped(to: width)
        switch reply.phase {
        case .waiting: lines.append(StyledText("reading\(glyphs.ellipsis)", .muted))
        case .streaming, .ended:
            lines += StyledText(Self.figures(of: reply), .muted).wrapped(to: width)
        case .failed(let error):
            lines += StyledText("\(glyphs.failed) \(error.message)", .error).wrapped(to: width)
            if let hint = error.hint { lines += StyledText(hint, .muted).wrapped(to: width) }
        }
        return lines
    }
}
