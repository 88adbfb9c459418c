package import TerminalUI
package import Workspace

/// Pane 4: registered models, their versions, and which of them is in use.
package enum RegistryPane: PaneContent {
    package static let words = [
        Word("version", "a run's adapter, registered under a model's name; it never changes"),
        Word("stage", "None, Staging, Production or Archived, as in MLflow"),
        Word("alias", "a name that points at a version, such as champion; it can be moved"),
        Word("deployed", "the version with alias production, else the newest in Production"),
        Word("gate", "conditions for deployment: metric limits, an approval"),
        Word("roll back", "deploy the version again that was deployed before"),
    ]

    package static func press(_ key: Key, in state: inout AppState) -> [Effect]? {
        let layout = RegistryLayout(state)
        if let cover = state.registry.cover { return press(key, cover, layout, in: &state) }
        switch key {
        case .left, "h":
            state.registry.focus = .models
            return []
        case .right, "l":
            if state.registry.selected != nil { state.registry.focus = .versions }
            return []
        default: return move(key, layout, in: &state)
        }
    }

    private static func press(
        _ key: Key,
        _ cover: RegistryCover,
        _ layout: RegistryLayout,
        in state: inout AppState
    ) -> [Effect]? {
        let rows = layout.visibleVersions
        switch cover {
        case .history(var history):
            let ids = (history.changes ?? []).map(\.id)
            guard history.selection.handle(key, in: ids, visibleRows: rows) else { return nil }
            state.registry.cover = .history(history)
        case .comparison(var opened):
            let ids = VersionComparisonView.rows(opened).map(\.id)
            guard opened.selection.handle(key, in: ids, visibleRows: rows) else { return nil }
            state.registry.cover = .comparison(opened)
        case .board:
            let names = (state.registry.models ?? []).map(\.name)
            let before = state.registry.selected?.name
            guard state.registry.selection.handle(key, in: names, visibleRows: rows) else {
                return nil
            }
            state.registry.moved(from: before)
            // To move is no reason to close the board.
            state.registry.cover = .board
            return state.checkGate()
        }
        return []
    }

    private static func move(
        _ key: Key,
        _ layout: RegistryLayout,
        in state: inout AppState
    ) -> [Effect]? {
        switch state.registry.focus {
        case .models:
            let name = state.registry.selected?.name
            let names = (state.registry.models ?? []).map(\.name)
            guard
                state.registry.selection.handle(key, in: names, visibleRows: layout.visibleModels)
            else { return nil }
            state.registry.moved(from: name)
            return state.checkGate()
        case .versions:
            let numbers = (state.registry.selected?.versions ?? []).map(\.number)
            guard
                state.registry.version.handle(key, in: numbers, visibleRows: layout.visibleVersions)
            else { return nil }
            return state.checkGate()
        }
    }

    package static func click(
        _ target: String,
        isDouble: Bool,
        in state: inout AppState
    ) -> [Effect]? {
        func place(after prefix: String) -> Int? {
            target.hasPrefix(prefix) ? Int(target.dropFirst(prefix.count)) : nil
        }
        if let row = place(after: RegistryLayout.modelPrefix) {
            let names = (state.registry.models ?? []).map(\.name)
            guard names.indices.contains(row) else { return nil }
            let name = state.registry.selected?.name
            state.registry.selection.select(names[row], in: names)
            state.registry.moved(from: name)
            state.registry.focus = .models
            return state.checkGate()
        }
        if let row = place(after: RegistryLayout.boardPrefix) {
            let names = (state.registry.models ?? []).map(\.name)
            guard names.indices.contains(row) else { return nil }
            let name = state.registry.selected?.name
            state.registry.selection.select(names[row], in: names)
            state.registry.moved(from: name)
            state.registry.cover = isDouble ? nil : .board
            return state.checkGate()
        }
        if let row = place(after: RegistryLayout.differencePrefix),
            case .comparison(var opened) = state.registry.cover
        {
            let ids = VersionComparisonView.rows(opened).map(\.id)
            guard ids.indices.contains(row) else { return nil }
            opened.selection.select(ids[row], in: ids)
            state.registry.cover = .comparison(opened)
            return []
        }
        if let row = place(after: RegistryLayout.versionPrefix) {
            let numbers = (state.registry.selected?.versions ?? []).map(\.number)
            guard numbers.indices.contains(row) else { return nil }
            state.registry.version.select(numbers[row], in: numbers)
            state.registry.focus = .versions
            return isDouble ? state.reduce(.registry(.talk)) : state.checkGate()
        }
        guard let row = place(after: RegistryLayout.changePrefix),
            var history = state.registry.history
        else { return nil }
        let ids = (history.changes ?? []).map(\.id)
        guard ids.indices.contains(row) else { return nil }
        history.selection.select(ids[row], in: ids)
        state.registry.history = history
        return []
    }

    package static func scroll(by lines: Int, in state: inout AppState) -> [Effect] {
        let key: Key = lines < 0 ? .up : .down
        return (0..<abs(lines)).flatMap { _ in press(key, in: &state) ?? [] }
    }

    package static func stepOut(of state: inout AppState) -> Bool {
        if state.registry.cover != nil {
            state.registry.cover = nil
        } else if state.registry.focus == .versions {
            state.registry.focus = .models
        } else {
            return false
        }
        return true
    }

    package static func appear(in state: inout AppState) -> [Effect] {
        (state.registry.models == nil ? state.refreshRegistry() : [])
            + (state.run.runs == nil ? state.refreshRuns() : [])
    }

    package static func observe(
        _ event: WorkspaceEvent,
        in state: inout AppState
    ) -> [Effect] {
        // Whoever has not looked yet reads it all when they do.
        let isRead = state.registry.models != nil || state.registry.listing.isUnderWay
        switch event {
        case .registryChanged, .everythingChanged: return isRead ? state.refreshRegistry() : []
        default: return []
        }
    }

    package static func copyable(in state: AppState) -> String? {
        if let history = state.registry.history {
            let changes = history.changes ?? []
            return TabbedText.of(
                changes.map { [HistoryView.moment($0.date), $0.user, $0.summary] }
            )
        }
        if case .comparison(let opened) = state.registry.cover {
            return TabbedText.of(
                VersionComparisonView.rows(opened).map { [$0.title] + $0.values.map(\.plain) }
            )
        }
        guard let target = state.registry.target else { return state.registry.selected?.name }
        return "models:/\(target.name)/\(target.number)"
    }
}
