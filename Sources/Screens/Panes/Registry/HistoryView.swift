import FoundationEssentials
import Presentation
import Registry
import TerminalUI
import Workspace

/// Draws the history of a registered model: when, who, what.
enum HistoryView {
    static func draw(
        _ history: OpenedHistory,
        at now: Date,
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        let changes = history.changes ?? []
        let known = Dictionary(changes.map { ($0.id, $0) }) { first, _ in first }
        let table = Table(
            columns: [
                TableColumn("when (UTC)", width: 16, priority: 9),
                TableColumn("ago", width: 8, alignment: .right, priority: 2),
                TableColumn("who", width: 10, priority: 5),
                TableColumn("what", width: 16, weight: 1, priority: 8),
            ],
            rows: changes.map(\.id),
            hitPrefix: RegistryLayout.changePrefix
        ) { id in
            known[id].map { cells($0, at: now) } ?? []
        }
        let title =
            StyledText("History of \(history.name)", .strong)
            + StyledText(" \(canvas.glyphs.dot) H closes", .muted)
        let inner = canvas.box(
            rect,
            title: title,
            trailing: StyledText(table.footer(history.list), .muted),
            isFocused: true
        )
        guard history.changes != nil else {
            canvas.write(
                StyledText("reading the history\(canvas.glyphs.ellipsis)", .muted),
                in: inner
            )
            return
        }
        if changes.isEmpty { canvas.write(StyledText("No changes yet.", .muted), in: inner) }
        table.draw(in: inner, selection: history.list, on: &canvas)
    }

    private static func cells(_ change: RegistryChange, at now: Date) -> [StyledText] {
        let what =
            change.isUndone
            ? StyledText("undone: ", .warning) + StyledText(change.summary, .muted)
            : StyledText(change.summary)
        return [
            StyledText(Figures.universalTime(change.date), .muted),
            StyledText(Figures.age(of: change.date, at: now), .muted),
            StyledText(change.author), what,
        ]
    }
}
