import FoundationEssentials
import Presentation
import Registry
import TerminalUI
import Workspace

/// Draws the deployment of every registered model, and the versions that clients report.
enum BoardView {
    static func draw(
        _ models: ListState<String>,
        _ context: Context,
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        let names = (context.library.registered ?? []).map(\.name)
        let known = Dictionary(context.library.board.map { ($0.name, $0) }) { first, _ in first }
        let glyphs = canvas.glyphs
        let table = Table(
            columns: [
                TableColumn("model", width: 10, weight: 1, priority: 20),
                TableColumn("deployed", width: 8, priority: 19),
                TableColumn("since", width: 8, alignment: .right, priority: 8),
                TableColumn("by", width: 8, priority: 7),
                TableColumn("why", width: 8, weight: 1, priority: 3),
                TableColumn("staging", width: 7, priority: 10),
                TableColumn("newest", width: 6, priority: 9),
                TableColumn("clients", width: 14, weight: 1, priority: 15),
                TableColumn("gate", width: 10, weight: 1, priority: 5),
            ],
            rows: names,
            hitPrefix: RegistryLayout.boardPrefix
        ) { name in
            known[name].map { cells($0, at: context.now, glyphs) } ?? [StyledText(name)]
        }
        let title =
            StyledText("Board", .strong) + StyledText(" \(glyphs.dot) b closes", .muted)
            + alarm(context.library.board, glyphs)
        let inner = canvas.box(
            rect,
            title: title,
            trailing: StyledText(table.footer(models), .muted),
            isFocused: true
        )
        table.draw(in: inner, selection: models, on: &canvas)
    }

    private static func cells(
        _ row: DeploymentSummary,
        at now: Date,
        _ glyphs: GlyphSet
    ) -> [StyledText] {
        let reports = row.reports.map { report in
            StyledText(
                row.words(of: report).oneLine,
                row.alarms.contains(report) ? .error : .success
            )
        }
        return [
            StyledText(row.name),
            row.deployed.map { StyledText("\(glyphs.running) v\($0)", .success) }
                ?? StyledText("none", .muted),
            StyledText(
                row.deployment.map { Figures.age(of: $0.date, at: now) } ?? Figures.none,
                .muted
            ),
            StyledText(row.deployment?.author ?? Figures.none),
            StyledText(row.reason.oneLine, .muted),
            StyledText(row.staging.map { "v\($0)" }.joined(separator: " "), .warning),
            StyledText(row.newest.map { "v\($0)" } ?? Figures.none),
            reports.dropFirst().reduce(reports.first ?? StyledText()) { $0 + "  " + $1 },
            StyledText(row.gate?.line ?? "", .muted),
        ]
    }

    private static func alarm(_ board: [DeploymentSummary], _ glyphs: GlyphSet) -> StyledText {
        let count = board.reduce(0) { $0 + $1.alarms.count }
        guard count > 0 else { return StyledText() }
        let what = count == 1 ? "1 client uses" : "\(count) clients use"
        return StyledText(" \(glyphs.dot) \(what) a version other than the deployed one", .error)
    }
}
