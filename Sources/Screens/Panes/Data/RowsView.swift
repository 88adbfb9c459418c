import Platform
import TerminalUI
import Workspace

/// Draws the rows of an opened dataset as the model sees them.
enum RowsView {
    static func drawList(
        _ opened: OpenedDataset,
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        let part =
            opened.layout == .packed
            ? "packed for training"
            : opened.part == .training ? "training part" : "held-out part"
        let dot = canvas.glyphs.dot
        let count = opened.count
        // The border below is shared with the row's text, so the position is in the one above.
        let place = count > 0 ? " \(dot) \(opened.row + 1) of \(count)" : ""
        var title = StyledText(opened.name, .strong) + StyledText(" \(dot) \(part)\(place)")
        if let model = opened.page?.model { title.append(" \(dot) as \(model) sees it", .muted) }
        let inner = canvas.box(rect, title: title, isFocused: true)
        if let problem = opened.problem {
            let lines = ScrollText([
                StyledText(problem.message, .error), StyledText(problem.hint ?? "", .muted),
            ])
            lines.draw(in: inner.inset(horizontally: 1), state: ScrollTextState(), on: &canvas)
            return
        }
        guard opened.isPageCurrent else {
            canvas.write(StyledText("reading the rows\(canvas.glyphs.ellipsis)", .muted), in: inner)
            return
        }
        guard count > 0 else {
            canvas.write(StyledText("No row here; o shows the other part.", .muted), in: inner)
            return
        }
        drawRows(opened, in: inner, on: &canvas)
    }

    private static func drawRows(
        _ opened: OpenedDataset,
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        let first = max(0, min(opened.row - rect.height / 2, opened.count - rect.height))
        for line in 0..<min(rect.height, opened.count - first) {
            let place = first + line
            let area = rect.row(line)
            let columns = area.columns([.fixed(2), .fixed(6), .fixed(10), .ratio(1)])
            let isSelected = place == opened.row
            canvas.write(
                StyledText(isSelected ? canvas.glyphs.pointer : " ", .accent),
                in: columns[0]
            )
            canvas.write(StyledText("\(place + 1) ", .muted), in: columns[1], alignment: .right)
            if let row = opened[place] {
                let counts = "\(row.targetCount)/\(row.tokens.count) "
                canvas.write(StyledText(counts, .muted), in: columns[2], alignment: .right)
                let text = RowText.preview(of: row, width: columns[3].width)
                canvas.write(text, in: columns[3])
            } else {
                canvas.write(StyledText(canvas.glyphs.ellipsis, .muted), in: columns[3])
            }
            if isSelected { canvas.cover(area, with: .selection) }
            canvas.hit(area, "\(DataLayout.rowPrefix)\(place)")
        }
    }

    static func drawText(
        _ opened: OpenedDataset,
        showsTokens: Bool,
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        guard let row = opened.selected else {
            canvas.box(rect)
            return
        }
        let what = opened.layout == .packed ? "Sequence" : "Row"
        var title = StyledText("\(what) \(row.index + 1)", .strong)
        title.append(
            " \(canvas.glyphs.dot) \(row.tokens.count) tokens, \(row.targetCount) trained on",
            .muted
        )
        title.append(" \(canvas.glyphs.dot) \(row.source)", .muted)
        let legend =
            StyledText("trained on", Style(.target)) + StyledText("  read only  ")
            + StyledText("control", .muted)
        let inner = canvas.box(rect, title: title, trailing: legend, isFocused: opened.isRowOpen)
        let text = RowText(showsTokens: showsTokens, glyphs: canvas.glyphs)
        text.paragraphs(of: row).draw(
            in: inner.inset(horizontally: 1),
            state: opened.scroll,
            on: &canvas
        )
    }
}
