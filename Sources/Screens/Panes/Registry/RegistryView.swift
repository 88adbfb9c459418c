import FoundationEssentials
import Presentation
import Registry
package import TerminalUI
import Workspace

extension RegistryState {
    package func draw(_ context: Context, in rect: Rect, on canvas: inout Canvas) {
        let library = context.library
        guard let known = library.registered else {
            let lines = EmptyView.waiting(for: .registered, "registry", context, canvas.glyphs)
            return EmptyView.draw(lines, in: rect, on: &canvas)
        }
        guard !known.isEmpty else {
            return EmptyView.draw(Self.nothing(library), in: rect, on: &canvas)
        }
        let layout = RegistryLayout(self, context)
        drawModels(known, in: layout.models, on: &canvas)
        guard let model = selected(in: library) else { return }
        switch cover {
        case .history(let history):
            HistoryView.draw(history, at: context.now, in: layout.versions, on: &canvas)
        case .comparison(let opened):
            VersionComparisonView.draw(opened, in: layout.versions, on: &canvas)
        case .board: BoardView.draw(models, context, in: layout.versions, on: &canvas)
        case nil: drawVersions(of: model, context, in: layout.versions, on: &canvas)
        }
        if !layout.detail.isEmpty {
            VersionView.draw(self, context, model, in: layout.detail, on: &canvas)
        }
    }

    private static func nothing(_ library: Library) -> [StyledText] {
        let lines = [StyledText("No model is registered yet.", .strong), StyledText()]
        guard !library.registrableRuns.isEmpty else {
            return lines + [
                StyledText("Only the adapter of a finished run can be registered.  ")
                    + StyledText("t", .accent) + StyledText(" trains one.")
            ]
        }
        return lines + [
            StyledText("e", .accent)
                + StyledText(" registers the adapter of a finished run as version 1.")
        ]
    }

    private func drawModels(
        _ summaries: [RegisteredModelSummary],
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        let known = Dictionary(summaries.map { ($0.name, $0) }) { first, _ in first }
        let isFocused = focus == .models
        let glyphs = canvas.glyphs
        let table = Table(
            columns: [
                TableColumn("model", width: 10, weight: 1, priority: 9),
                TableColumn("versions", width: 8, alignment: .right, priority: 3),
                TableColumn("deployed", width: 8, alignment: .right, priority: 8),
            ],
            rows: summaries.map(\.name),
            isFocused: isFocused,
            hitPrefix: RegistryLayout.modelPrefix
        ) { name in
            guard let model = known[name] else { return [] }
            let deployed = model.deployed.map {
                StyledText("\(glyphs.running) v\($0.number)", .success)
            }
            return [
                StyledText(name), StyledText("\(model.versions.count)", .muted),
                deployed ?? StyledText("none", .muted),
            ]
        }
        let inner = canvas.box(
            rect,
            title: "Models",
            trailing: StyledText(table.footer(models), .muted),
            isFocused: isFocused
        )
        table.draw(in: inner, selection: models, on: &canvas)
    }

    private func drawVersions(
        of model: RegisteredModelSummary,
        _ context: Context,
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        let known = Dictionary(model.versions.map { ($0.number, $0) }) { first, _ in first }
        let isFocused = focus == .versions
        let glyphs = canvas.glyphs
        let deployed = model.deployed?.number
        let table = Table(
            columns: [
                TableColumn("version", width: 9, priority: 20),
                TableColumn("stage", width: 10, priority: 10),
                TableColumn("aliases", width: 12, weight: 1, priority: 8),
                TableColumn("run", width: 12, weight: 1, priority: 7),
                TableColumn("eval", width: 6, alignment: .right, priority: 9),
                TableColumn("created", width: 8, alignment: .right, priority: 6),
                TableColumn("note", width: 10, weight: 2, priority: 2),
            ],
            rows: model.versions.map(\.number),
            isFocused: isFocused,
            hitPrefix: RegistryLayout.versionPrefix
        ) { number in
            known[number].map {
                Self.cells($0, isDeployed: number == deployed, at: context.now, glyphs)
            } ?? []
        }
        var title = StyledText(model.name, .strong)
        if let deployed {
            title.append(" \(glyphs.dot) \(glyphs.running) v\(deployed) is deployed", .success)
        } else {
            title.append(" \(glyphs.dot) nothing is deployed", .muted)
        }
        if let standing = deployment(in: context.library), !standing.alarms.isEmpty {
            let others = standing.alarms.map(standing.words).joined(separator: ", ")
            title.append(" \(glyphs.dot) clients use: \(others)".oneLine, .error)
        }
        let inner = canvas.box(
            rect,
            title: title,
            trailing: StyledText(table.footer(versions), .muted),
            isFocused: isFocused
        )
        table.draw(in: inner, selection: versions, on: &canvas)
    }

    private static func cells(
        _ version: RegisteredModelSummary.Version,
        isDeployed: Bool,
        at now: Date,
        _ glyphs: GlyphSet
    ) -> [StyledText] {
        let stage: Style =
            switch version.stage {
            case .production: .success
            case .staging: .warning
            case .none, .archived: .muted
            }
        let mark = isDeployed ? glyphs.running : " "
        return [
            StyledText("\(mark) v\(version.number)", isDeployed ? .success : .text),
            StyledText(version.stage.rawValue, stage),
            StyledText(version.aliases.map { "@\($0)" }.joined(separator: " "), .accent),
            StyledText(version.runName ?? version.run ?? Figures.none),
            StyledText(Figures.optional(version.heldOutLoss, digits: 4)),
            StyledText(Figures.moment(version.createdAt, at: now), .muted),
            StyledText(version.note.oneLine, .muted),
        ]
    }
}
