import Presentation
import Registry
import Runs
import TerminalUI
import Workspace

/// Draws versions of a model side by side: metrics and differing parameters.
enum VersionComparisonView {
    /// One line of the comparison.
    struct Row: Identifiable {
        /// The key with its kind, which makes it unique.
        var id: String
        var title: String
        var values: [StyledText]
    }

    static func draw(
        _ opened: OpenedVersionComparison,
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        let rows = rows(opened)
        let known = Dictionary(rows.map { ($0.id, $0) }) { first, _ in first }
        let table = Table(
            columns: [TableColumn("", width: 16, weight: 1, priority: 9)]
                + opened.versions.map {
                    TableColumn("v\($0)", width: 12, weight: 1, alignment: .right, priority: 8)
                },
            rows: rows.map(\.id),
            hitPrefix: RegistryLayout.differencePrefix
        ) { id in
            known[id].map { [StyledText($0.title, .muted)] + $0.values } ?? []
        }
        let names = opened.versions.map { "v\($0)" }.joined(separator: " and ")
        let title =
            StyledText("\(opened.name): \(names)", .strong)
            + StyledText(" \(canvas.glyphs.dot) d closes", .muted)
        let inner = canvas.box(
            rect,
            title: title,
            trailing: StyledText(table.footer(opened.list), .muted),
            isFocused: true
        )
        guard opened.comparison != nil else {
            canvas.write(StyledText("reading both\(canvas.glyphs.ellipsis)", .muted), in: inner)
            return
        }
        table.draw(in: inner, selection: opened.list, on: &canvas)
    }

    static func rows(_ opened: OpenedVersionComparison) -> [Row] {
        guard let comparison = opened.comparison else { return [] }
        let versions = comparison.versions
        var rows = [
            Row(
                id: "is stage",
                title: "stage",
                values: versions.map { StyledText($0.stage.rawValue) }
            ),
            Row(
                id: "is alias",
                title: "aliases",
                values: versions.map {
                    StyledText($0.aliases.map { "@\($0)" }.joined(separator: " "), .accent)
                }
            ),
            Row(
                id: "is run",
                title: "run",
                values: versions.map { StyledText($0.runName ?? $0.run ?? Figures.none) }
            ),
            Row(
                id: "is note",
                title: "note",
                values: versions.map { StyledText($0.note.oneLine, .muted) }
            ),
        ]
        rows += comparison.metrics.map(\.formatted).map { row in
            Row(
                id: "metric \(row.key)",
                title: row.key.oneLine,
                values: row.values.enumerated().map { place, value in
                    StyledText(value ?? Figures.none, row.best.contains(place) ? .success : .text)
                }
            )
        }
        rows += comparison.differingParameters.map { row in
            Row(
                id: "parameter \(row.key)",
                title: row.key.oneLine,
                values: row.values.map { StyledText(($0 ?? Figures.none).oneLine) }
            )
        }
        return rows
    }
}
