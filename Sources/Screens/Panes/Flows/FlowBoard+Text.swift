import TerminalUI
import Workflows

extension FlowStyle {
    /// The tasks of a matrix in a few columns: `sft ×3 2✓ 1●`.
    static func matrix(_ group: FlowBoard.Group, _ glyphs: GlyphSet) -> StyledText {
        let times = glyphs == .ascii ? "x" : "×"
        var text = StyledText(group.name) + StyledText(" \(times)\(group.members.count)", .muted)
        for state in TaskState.byPrecedence {
            guard let count = group.counts[state], count > 0 else { continue }
            text.append(" \(count)\(glyph(state, glyphs))", style(state))
        }
        return text
    }
}
