import Presentation
import Registry
package import TerminalUI
import Workspace

/// Pane 4: registered models, their versions, and which of them is deployed.
extension RegistryState: PaneState {
    package static var path: WritableKeyPath<AppState, RegistryState> { \.registry }

    package static let words = [
        Word("version", "a run's adapter, registered under a model's name; it never changes"),
        Word("stage", "None, Staging, Production or Archived, as in MLflow"),
        Word("alias", "a name that points at a version, such as champion; it can be moved"),
        Word("deployed", "the version with alias production, else the newest in Production"),
        Word("gate", "conditions for deployment: metric limits, an approval"),
        Word("roll back", "deploy the version again that was deployed before"),
    ]

    package mutating func press(_ key: Key, _ context: Context) -> [Effect]? {
        let layout = RegistryLayout(self, context)
        if let cover { return press(key, cover, layout, context) }
        switch key {
        case .left, "h":
            focus = .models
            return []
        case .right, "l":
            if selected(in: context.library) != nil { focus = .versions }
            return []
        default: return move(key, layout, context)
        }
    }

    private mutating func press(
        _ key: Key,
        _ cover: RegistryCover,
        _ layout: RegistryLayout,
        _ context: Context
    ) -> [Effect]? {
        let rows = layout.visibleVersions
        switch cover {
        case .history(var history):
            let ids = (history.changes ?? []).map(\.id)
            guard history.list.handle(key, in: ids, visibleRows: rows) else { return nil }
            self.cover = .history(history)
        case .comparison(var opened):
            let ids = VersionComparisonView.rows(opened).map(\.id)
            guard opened.list.handle(key, in: ids, visibleRows: rows) else { return nil }
            self.cover = .comparison(opened)
        case .board:
            guard moveModel(context, { $0.handle(key, in: $1, visibleRows: rows) }) else {
                return nil
            }
            // Moving keeps the board open.
            self.cover = .board
            return checkGate(context)
        }
        return []
    }

    private mutating func move(
        _ key: Key,
        _ layout: RegistryLayout,
        _ context: Context
    ) -> [Effect]? {
        let isMoved: Bool
        switch focus {
        case .models:
            let rows = layout.visibleModels
            isMoved = moveModel(context) { $0.handle(key, in: $1, visibleRows: rows) }
        case .versions:
            let numbers = (selected(in: context.library)?.versions ?? []).map(\.number)
            isMoved = versions.handle(key, in: numbers, visibleRows: layout.visibleVersions)
        }
        return isMoved ? checkGate(context) : nil
    }

    /// Moves in the list of models; false if `move` did nothing.
    private mutating func moveModel(
        _ context: Context,
        _ move: (inout ListState<String>, [String]) -> Bool
    ) -> Bool {
        let before = selected(in: context.library)?.name
        guard move(&models, (context.library.registered ?? []).map(\.name)) else { return false }
        moved(from: before, context.library)
        return true
    }

    package mutating func click(
        _ target: String,
        isDouble: Bool,
        _ context: Context
    ) -> [Effect]? {
        if let row = target.place(after: RegistryLayout.modelPrefix) {
            guard moveModel(context, { $0.select(row: row, in: $1) }) else { return nil }
            focus = .models
            return checkGate(context)
        }
        if let row = target.place(after: RegistryLayout.boardPrefix) {
            guard moveModel(context, { $0.select(row: row, in: $1) }) else { return nil }
            cover = isDouble ? nil : .board
            return checkGate(context)
        }
        if let row = target.place(after: RegistryLayout.versionPrefix) {
            let numbers = (selected(in: context.library)?.versions ?? []).map(\.number)
            guard versions.select(row: row, in: numbers) else { return nil }
            focus = .versions
            return isDouble ? reduce(.chat, context) : checkGate(context)
        }
        if let row = target.place(after: RegistryLayout.differencePrefix),
            case .comparison(var opened) = cover
        {
            let ids = VersionComparisonView.rows(opened).map(\.id)
            guard opened.list.select(row: row, in: ids) else { return nil }
            cover = .comparison(opened)
            return []
        }
        guard let row = target.place(after: RegistryLayout.changePrefix), var history,
            history.list.select(row: row, in: (history.changes ?? []).map(\.id))
        else { return nil }
        self.history = history
        return []
    }

    package mutating func scroll(by lines: Int, _ context: Context) -> [Effect] {
        let key: Key = lines < 0 ? .up : .down
        var effects: [Effect] = []
        for _ in 0..<abs(lines) { effects += press(key, context) ?? [] }
        return effects
    }

    package mutating func stepOut(_ context: Context) -> Bool {
        if cover != nil {
            cover = nil
        } else if focus == .versions {
            focus = .models
        } else {
            return false
        }
        return true
    }

    package mutating func appear(_ context: Context) -> [Effect] {
        context.library.need(.registered) + context.library.need(.runs)
    }

    package mutating func libraryChanged(
        _ lists: Set<Library.List>,
        _ context: Context
    ) -> [Effect] {
        guard lists.contains(.registered), context.library.problems[.registered] == nil else {
            return []
        }
        checks = [:]
        refreshLists(context.library)
        return readCover() + checkGate(context)
    }

    package func copyable(_ context: Context) -> String? {
        if let history {
            let changes = history.changes ?? []
            return TabbedText.of(
                changes.map { [Figures.universalTime($0.date), $0.author, $0.summary] }
            )
        }
        if case .comparison(let opened) = cover {
            return TabbedText.of(
                VersionComparisonView.rows(opened).map { [$0.title] + $0.values.map(\.plain) }
            )
        }
        guard let target = target(in: context.library) else {
            return selected(in: context.library)?.name
        }
        return "models:/\(target.name)/\(target.number)"
    }
}
