package import TerminalUI
package import Workspace

/// Pane 1: datasets, and their rows as the model sees them.
package enum DataPane: PaneContent {
    package static let words = [
        Word("dataset", "records to learn from: questions with answers, or plain text"),
        Word("token", "a piece of text with a number; models read and write these"),
        Word("trained on", "tokens the loss counts: answers and the tokens that end them"),
        Word("held out", "records never trained on; the eval loss is measured on them"),
        Word("lint", "problems in the rows that would spoil a run, or might"),
        Word("digest", "SHA-256 of the content; a run records the one it was trained on"),
    ]

    package static func isTyping(in state: AppState) -> Bool { state.data.isFiltering }

    package static func press(_ key: Key, in state: inout AppState) -> [Effect]? {
        if state.data.isFiltering {
            guard state.data.filter.handle(key) else { return nil }
            state.data.selection.refresh(state.data.shown.map(\.id))
            return []
        }
        let layout = DataLayout(state)
        if let opened = state.data.opened {
            return opened.isRowOpen ? pressText(key, in: &state) : pressRows(key, in: &state)
        }
        if state.data.findings != nil { return pressFindings(key, in: &state) }
        let ids = state.data.shown.map(\.id)
        return state.data.selection.handle(key, in: ids, visibleRows: layout.visibleDatasets)
            ? [] : nil
    }

    private static func pressRows(_ key: Key, in state: inout AppState) -> [Effect]? {
        guard let opened = state.data.opened else { return nil }
        let page = max(1, DataLayout(state).visibleRows - 1)
        switch key {
        case .up, "k": return state.moveRow(to: opened.row - 1)
        case .down, "j": return state.moveRow(to: opened.row + 1)
        case .pageUp: return state.moveRow(to: opened.row - page)
        case .pageDown: return state.moveRow(to: opened.row + page)
        case .home, "g": return state.moveRow(to: 0)
        case .end, "G": return state.moveRow(to: opened.count - 1)
        case .left, "h": return state.reduce(.screen(.stepOut))
        case .right, "l": return state.reduce(.data(.open))
        default: return nil
        }
    }

    private static func pressText(_ key: Key, in state: inout AppState) -> [Effect]? {
        guard let opened = state.data.opened else { return nil }
        let page = max(1, DataLayout(state).text.insideBorder.height - 1)
        switch key {
        case .up, "k": state.scrollText(by: -1)
        case .down, "j": state.scrollText(by: 1)
        case .pageUp: state.scrollText(by: -page)
        case .pageDown, "space": state.scrollText(by: page)
        case .home, "g": state.scrollText(by: -1_000_000)
        case .end, "G": state.scrollText(by: 1_000_000)
        case .left, "h": return state.moveRow(to: opened.row - 1)
        case .right, "l": return state.moveRow(to: opened.row + 1)
        default: return nil
        }
        return []
    }

    package static func paste(_ text: String, in state: inout AppState) -> [Effect] {
        state.data.filter.insert(text.oneLine)
        state.data.selection.refresh(state.data.shown.map(\.id))
        return []
    }

    package static func click(
        _ target: String,
        isDouble: Bool,
        in state: inout AppState
    ) -> [Effect]? {
        func place(after prefix: String) -> Int? {
            target.hasPrefix(prefix) ? Int(target.dropFirst(prefix.count)) : nil
        }
        if let row = place(after: DataLayout.rowPrefix) {
            let effects = state.moveRow(to: row)
            return isDouble ? effects + state.reduce(.data(.open)) : effects
        }
        if let row = place(after: DataLayout.findingPrefix) {
            state.moveFinding(to: row)
            return isDouble ? state.reduce(.data(.open)) : []
        }
        guard let row = place(after: DataLayout.datasetPrefix) else { return nil }
        let ids = state.data.shown.map(\.id)
        guard ids.indices.contains(row) else { return nil }
        let wasOpen = state.data.opened != nil
        state.data.selection.select(ids[row], in: ids)
        state.data.opened = nil
        state.data.findings = nil
        return isDouble || wasOpen ? state.reduce(.data(.open)) : []
    }

    package static func scroll(by lines: Int, in state: inout AppState) -> [Effect] {
        if state.data.opened == nil, let findings = state.data.findings {
            state.moveFinding(to: findings.row + lines)
            return []
        }
        guard let opened = state.data.opened else {
            state.data.selection.move(
                by: lines,
                in: state.data.shown.map(\.id),
                visibleRows: DataLayout(state).visibleDatasets
            )
            return []
        }
        if opened.isRowOpen {
            state.scrollText(by: lines)
            return []
        }
        return state.moveRow(to: opened.row + lines)
    }

    package static func stepOut(of state: inout AppState) -> Bool {
        if state.data.isFiltering {
            state.data.isFiltering = false
            state.data.filter = TextFieldState()
        } else if state.data.opened?.isRowOpen == true {
            state.data.opened?.isRowOpen = false
        } else if state.data.opened != nil {
            state.data.opened = nil
        } else if state.data.findings != nil {
            state.data.findings = nil
        } else if !state.data.filter.text.isEmpty {
            state.data.filter = TextFieldState()
        } else {
            return false
        }
        state.data.selection.refresh(state.data.shown.map(\.id))
        return true
    }

    package static func appear(in state: inout AppState) -> [Effect] {
        let isWanted = state.data.datasets == nil && !state.data.listing.isUnderWay
        return (isWanted ? state.refreshDatasets() : []) + state.measureDatasets()
    }

    package static func observe(
        _ event: WorkspaceEvent,
        in state: inout AppState
    ) -> [Effect] {
        switch event {
        case .datasetsChanged: return state.refreshDatasets()
        case .datasetMeasured(let dataset, let fraction):
            guard fraction >= 1 else {
                state.data.measuring[dataset] = fraction
                return []
            }
            state.data.measuring[dataset] = nil
            return state.refreshDatasets() + state.measureDatasets()
        default: return []
        }
    }

    package static func copyable(in state: AppState) -> String? {
        if let row = state.data.opened?.selected { return row.tokens.map(\.text).joined() }
        return state.data.selected?.path
    }
}
