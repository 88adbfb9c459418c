package import TerminalUI
package import Workspace

/// Pane 1: datasets, and their rows as the model sees them.
extension DataState: PaneState {
    package static var path: WritableKeyPath<AppState, DataState> { \.data }

    package static let words = [
        Word("dataset", "records to learn from: questions with answers, or plain text"),
        Word("token", "a piece of text with a number; models read and write these"),
        Word("trained on", "tokens the loss counts: answers and the tokens that end them"),
        Word("held out", "records never trained on; the eval loss is measured on them"),
        Word("lint", "problems in the rows that would spoil a run, or might"),
        Word("digest", "SHA-256 of the content; a run records the one it was trained on"),
    ]

    package func isTyping(_ context: Context) -> Bool { list.isFiltering }

    package mutating func press(_ key: Key, _ context: Context) -> [Effect]? {
        if list.isFiltering {
            guard list.filter.handle(key) else { return nil }
            list.refresh(shown(in: context.library).map(\.id))
            return []
        }
        if let opened {
            return opened.isRowOpen ? pressText(key, context) : pressRows(key, opened, context)
        }
        if findings != nil { return pressFindings(key, context) }
        let ids = shown(in: context.library).map(\.id)
        let rows = DataLayout(self, context).visibleDatasets
        return list.handle(key, in: ids, visibleRows: rows) ? [] : nil
    }

    private mutating func pressRows(
        _ key: Key,
        _ opened: OpenedDataset,
        _ context: Context
    ) -> [Effect]? {
        switch key {
        case .left, "h": return [.send(.screen(.stepOut))]
        case .right, "l": return reduce(.open, context)
        default:
            let rows = DataLayout(self, context).visibleRows
            return moveRow(context) { $0.handle(key, in: 0..<opened.count, visibleRows: rows) }
        }
    }

    private mutating func pressText(_ key: Key, _ context: Context) -> [Effect]? {
        let page = max(1, DataLayout(self, context).text.insideBorder.height - 1)
        switch key {
        case .up, "k": scrollText(by: -1, context)
        case .down, "j": scrollText(by: 1, context)
        case .pageUp: scrollText(by: -page, context)
        case .pageDown, "space": scrollText(by: page, context)
        case .home, "g": scrollText(by: -1_000_000, context)
        case .end, "G": scrollText(by: 1_000_000, context)
        case .left, "h": return moveRow(by: -1, context)
        case .right, "l": return moveRow(by: 1, context)
        default: return nil
        }
        return []
    }

    /// Moves in the rows of the opened dataset, and reads those around the selection; nil if
    /// `move` does nothing.
    private mutating func moveRow(
        _ context: Context,
        _ move: (inout ListState<Int>) -> Bool
    ) -> [Effect]? {
        guard var moved = opened, move(&moved.list) else { return nil }
        moved.scroll = ScrollTextState()
        opened = moved
        return readRows(context)
    }

    private mutating func moveRow(by rows: Int, _ context: Context) -> [Effect] {
        guard let count = opened?.count else { return [] }
        let effects = moveRow(context) { list in
            list.move(by: rows, in: 0..<count)
            return true
        }
        return effects ?? []
    }

    package mutating func paste(_ text: String, _ context: Context) -> [Effect] {
        list.filter.insert(text.oneLine)
        list.refresh(shown(in: context.library).map(\.id))
        return []
    }

    package mutating func click(
        _ target: String,
        isDouble: Bool,
        _ context: Context
    ) -> [Effect]? {
        if let row = target.place(after: DataLayout.rowPrefix), let opened {
            let rows = 0..<opened.count
            let effects = moveRow(context) { $0.select(row: row, in: rows) } ?? []
            return isDouble ? effects + reduce(.open, context) : effects
        }
        if let row = target.place(after: DataLayout.findingPrefix) {
            let rows = shownFindings(in: context.library).indices
            if findings?.list.select(row: row, in: rows) == true {
                findings?.scroll = ScrollTextState()
            }
            return isDouble ? reduce(.open, context) : []
        }
        let wasOpen = opened != nil
        guard let row = target.place(after: DataLayout.datasetPrefix),
            list.select(row: row, in: shown(in: context.library).map(\.id))
        else { return nil }
        opened = nil
        findings = nil
        return isDouble || wasOpen ? reduce(.open, context) : []
    }

    package mutating func scroll(by lines: Int, _ context: Context) -> [Effect] {
        if let opened {
            if !opened.isRowOpen { return moveRow(by: lines, context) }
            scrollText(by: lines, context)
        } else if findings != nil {
            let rows = shownFindings(in: context.library).indices
            findings?.list.move(by: lines, in: rows)
            findings?.scroll = ScrollTextState()
        } else {
            let ids = shown(in: context.library).map(\.id)
            list.move(by: lines, in: ids, visibleRows: DataLayout(self, context).visibleDatasets)
        }
        return []
    }

    package mutating func stepOut(_ context: Context) -> Bool {
        if list.isFiltering {
            _ = list.clearFilter()
        } else if opened?.isRowOpen == true {
            opened?.isRowOpen = false
        } else if opened != nil {
            opened = nil
        } else if findings != nil {
            findings = nil
        } else if !list.clearFilter() {
            return false
        }
        list.refresh(shown(in: context.library).map(\.id))
        return true
    }

    package mutating func appear(_ context: Context) -> [Effect] {
        context.library.need(.datasets) + measureDatasets(context)
    }

    package mutating func libraryChanged(
        _ lists: Set<Library.List>,
        _ context: Context
    ) -> [Effect] {
        guard lists.contains(.datasets) else { return [] }
        list.refresh(shown(in: context.library).map(\.id))
        if let name = opened?.name,
            context.library.datasets?.contains(where: { $0.name == name }) == false
        {
            opened = nil
        }
        if shownFindings(in: context.library).isEmpty { findings = nil }
        return measureDatasets(context)
    }

    package mutating func observe(_ event: WorkspaceEvent, _ context: Context) -> [Effect] {
        guard case .datasetMeasured(let dataset, let fraction) = event else { return [] }
        measuring[dataset] = fraction < 1 ? fraction : nil
        return fraction < 1 ? [] : measureDatasets(context)
    }

    package func copyable(_ context: Context) -> String? {
        if let row = opened?.selected { return row.tokens.map(\.text).joined() }
        return selected(in: context.library)?.path
    }
}
