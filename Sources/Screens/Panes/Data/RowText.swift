import Platform
import TerminalUI
import Workspace

/// A row's tokens as text: target tokens marked, control tokens faint, cuts as lines between.
struct RowText {
    /// Whether token boundaries are shown.
    let showsTokens: Bool
    let glyphs: GlyphSet

    /// The whole row, one paragraph per line.
    func paragraphs(of row: DatasetPage.Row) -> ScrollText {
        var paragraphs: [StyledText] = []
        if let problem = row.problem {
            paragraphs.append(StyledText("not trained on: \(problem)", .warning))
        }
        let borders = Dictionary(
            row.borders.map { ($0.place, $0.label) },
            uniquingKeysWith: { first, _ in first }
        )
        var line = StyledText()
        var isCut = false
        func close() {
            if !line.isEmpty { paragraphs.append(line) }
            line = StyledText()
        }
        for (place, token) in row.tokens.enumerated() {
            if let label = borders[place] {
                close()
                paragraphs.append(rule(label, .accent))
            }
            if place == row.cut {
                close()
                paragraphs.append(rule("cut here, at \(place) tokens", .warning))
                isCut = true
            }
            let style: Style = isCut ? .muted : Self.style(of: token)
            let pieces = token.text.split(separator: "\n", omittingEmptySubsequences: false)
            for (index, piece) in pieces.enumerated() {
                if index > 0 {
                    paragraphs.append(line)
                    line = StyledText()
                }
                if !piece.isEmpty { line.append(String(piece), style) }
            }
            if showsTokens, !line.isEmpty { line.append(separator, Style(.border)) }
        }
        close()
        return ScrollText(paragraphs)
    }

    /// The start of a row in one line.
    static func preview(of row: DatasetPage.Row, width: Int) -> StyledText {
        var text = StyledText()
        if row.problem != nil { text.append("! ", .warning) }
        var used = text.width
        for token in row.tokens where !token.isControl {
            guard used <= width else { break }
            let piece = token.text.oneLine
            text.append(piece, style(of: token))
            used += DisplayWidth.of(piece)
        }
        return text
    }

    private var separator: String { glyphs == .ascii ? "|" : "│" }

    private func rule(_ words: String, _ style: Style) -> StyledText {
        let line = String(repeating: glyphs == .ascii ? "-" : "─", count: 4)
        return StyledText("\(line) \(words) \(line)", style)
    }

    private static func style(of token: DatasetPage.Token) -> Style {
        switch (token.isTarget, token.isControl) {
        case (true, false): Style(.target)
        case (true, true): Style(.target).with(.dim)
        case (false, true): .muted
        case (false, false): .text
        }
    }
}
