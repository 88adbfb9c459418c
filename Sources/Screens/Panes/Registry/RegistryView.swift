import Presentation
package import TerminalUI
import Workspace

extension RegistryPane {
    package static func draw(_ state: AppState, in rect: Rect, on canvas: inout Canvas) {
        guard let models = state.registry.models else {
            return EmptyView.draw(waiting(state, canvas.glyphs), in: rect, on: &canvas)
        }
        guard !models.isEmpty else {
            return EmptyView.draw(nothing(state), in: rect, on: &canvas)
        }
        let layout = RegistryLayout(state)
        drawModels(state, models, in: layout.models, on: &canvas)
        guard let model = state.registry.selected else { return }
        switch state.registry.cover {
        case .history(let history):
            HistoryView.draw(history, at: state.now, in: layout.versions, on: &canvas)
        case .comparison(let opened):
            VersionComparisonView.draw(opened, in: layout.versions, on: &canvas)
        case .board: BoardView.draw(state, in: layout.versions, on: &canvas)
        case nil: drawVersions(state, model, in: layout.versions, on: &canvas)
        }
        if !layout.detail.isEmpty {
            VersionView.draw(state, model, in: layout.detail, on: &canvas)
        }
    }

    private static func waiting(_ state: AppState, _ glyphs: GlyphSet) -> [StyledText] {
        if case .failed(let error) = state.opening {
            return [StyledText(error.message, .error), StyledText(error.hint ?? "", .muted)]
        }
        if let problem = state.registry.problem {
            return [StyledText(problem.message, .error), StyledText(problem.hint ?? "", .muted)]
        }
        return [StyledText("reading the registry\(glyphs.ellipsis)", .muted)]
    }

    private static func nothing(_ state: AppState) -> [StyledText] {
        let lines = [StyledText("No model is registered yet.", .strong), StyledText()]
        guard RegistryQuestions.run(of: state) != nil else {
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

    private static func drawModels(
        _ state: AppState,
        _ models: [RegisteredModelSummary],
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        let known = Dictionary(models.map { ($0.name, $0) }) { first, _ in first }
        let isFocused = state.registry.focus == .models
        let glyphs = canvas.glyphs
        let table = Table(
            columns: [
                TableColumn("model", width: 10, weight: 1, priority: 9),
                TableColumn("versions", width: 8, alignment: .right, priority: 3),
                TableColumn("deployed", width: 8, alignment: .right, priority: 8),
            ],
            rows: models.map(\.name),
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
            trailing: StyledText(table.footer(state.registry.selection), .muted),
            isFocused: isFocused
        )
        table.draw(in: inner, selection: state.registry.selection, on: &canvas)
    }

    private static func drawVersions(
        _ state: AppState,
        _ model: RegisteredModelSummary,
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        let versions = Dictionary(model.versions.map { ($0.number, $0) }) { first, _ in first }
        let isFocused = state.registry.focus == .versions
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
            versions[number].map {
                cells($0, isDeployed: number == deployed, at: state, glyphs)
            } ?? []
        }
        var title = StyledText(model.name, .strong)
        if let deployed {
            title.append(" \(glyphs.dot) \(glyphs.running) v\(deployed) is deployed", .success)
        } else {
            title.append(" \(glyphs.dot) nothing is deployed", .muted)
        }
        if let standing = state.registry.standing, !standing.alarms.isEmpty {
            let others = standing.alarms.map(standing.words).joined(separator: ", ")
            title.append(" \(glyphs.dot) clients use: \(others)".oneLine, .error)
        }
        let inner = canvas.box(
            rect,
            title: title,
            trailing: StyledText(table.footer(state.registry.version), .muted),
            isFocused: isFocused
        )
        table.draw(in: inner, selection: state.registry.version, on: &canvas)
    }

    private static func cells(
        _ version: RegisteredModelSummary.Version,
        isDeployed: Bool,
        at state: AppState,
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
            StyledText(Figures.moment(version.createdAt, at: state.now), .muted),
            StyledText(version.note.oneLine, .muted),
        ]
    }
}
