import Datasets
import Presentation
import TerminalUI
import Workspace

/// Draws what the lint found in a dataset.
enum FindingsView {
    static func drawList(
        _ shown: ShownFindings,
        _ findings: [LintFinding],
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        let blocking = findings.count(where: \.blocks)
        var title = StyledText(shown.name, .strong)
        title += StyledText(
            " \(canvas.glyphs.dot) lint \(canvas.glyphs.dot) \(blocking) blocking, "
                + "\(findings.count - blocking) warning"
        )
        let inner = canvas.box(rect, title: title, isFocused: true)
        let height = inner.height
        let first = max(0, min(shown.row - height / 2, findings.count - height))
        for line in 0..<max(0, min(height, findings.count - first)) {
            let place = first + line
            let finding = findings[place]
            let area = inner.row(line)
            let columns = area.columns([.fixed(2), .fixed(2), .fixed(18), .fixed(10), .ratio(1)])
            let isSelected = place == shown.row
            let style: Style = finding.blocks ? .error : .warning
            canvas.write(
                StyledText(isSelected ? canvas.glyphs.pointer : " ", .accent),
                in: columns[0]
            )
            let mark = finding.blocks ? canvas.glyphs.failed : "!"
            canvas.write(StyledText(mark, style), in: columns[1])
            canvas.write(StyledText(finding.rule.rawValue, style), in: columns[2])
            canvas.write(StyledText(rows(of: finding), .muted), in: columns[3])
            canvas.write(StyledText(finding.detail), in: columns[4])
            if isSelected { canvas.cover(area, with: .selection) }
            canvas.hit(area, "\(DataLayout.findingPrefix)\(place)")
        }
    }

    static func drawText(
        _ shown: ShownFindings,
        _ finding: LintFinding?,
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        guard let finding else {
            canvas.box(rect)
            return
        }
        let inner = canvas.box(rect, title: StyledText(finding.rule.rawValue, .strong))
        description(of: finding).draw(
            in: inner.inset(horizontally: 1),
            state: shown.scroll,
            on: &canvas
        )
    }

    /// What was found, where, and what to do.
    static func description(of finding: LintFinding) -> ScrollText {
        var lines = [StyledText(finding.detail, finding.blocks ? .error : .warning)]
        for row in finding.rows {
            let part = row.part == .training ? "row" : "held-out row"
            var line = StyledText("\(part) \(row.number)")
            line.append("  \(row.source)", .muted)
            if let other = row.other { line.append(", as \(other)", .muted) }
            lines.append(line)
        }
        if finding.count > finding.rows.count {
            lines.append(StyledText("and \(finding.count - finding.rows.count) more", .muted))
        }
        if !finding.excerpt.isEmpty {
            lines.append(StyledText("the first: ", .muted) + StyledText(finding.excerpt.oneLine))
        }
        lines.append(StyledText("what to do: ", .muted) + StyledText(finding.advice))
        return ScrollText(lines)
    }

    private static func rows(of finding: LintFinding) -> String {
        switch finding.count {
        case 0: "the model"
        case 1: "1 row"
        default: "\(Figures.count(finding.count)) rows"
        }
    }

    /// The findings in one line, for the facts of a dataset.
    static func summary(of lint: LintReport, _ glyphs: GlyphSet) -> StyledText {
        guard !lint.findings.isEmpty else { return StyledText("nothing found") }
        var text = StyledText()
        let blocking = lint.findings.filter(\.blocks)
        let warning = lint.findings.filter { !$0.blocks }
        if !blocking.isEmpty {
            text.append("\(glyphs.failed) \(names(blocking)) blocks training", .error)
        }
        if !warning.isEmpty {
            if !text.isEmpty { text.append("; ") }
            text.append("! \(names(warning))", .warning)
        }
        text.append("; f shows it", .muted)
        return text
    }

    private static func names(_ findings: [LintFinding]) -> String {
        findings.map(\.rule.rawValue).reduce(into: [String]()) { names, rule in
            if !names.contains(rule) { names.append(rule) }
        }.joined(separator: ", ")
    }
}
