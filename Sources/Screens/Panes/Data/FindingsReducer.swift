import Datasets
import TerminalUI
import Workspace

extension DataState {
    /// Shows or hides the findings in the selected dataset.
    mutating func showFindings(_ context: Context) {
        guard findings == nil, let dataset = selected(in: context.library), dataset.lint != nil
        else {
            findings = nil
            return
        }
        findings = ShownFindings(name: dataset.name)
        opened = nil
    }

    /// Moves among the findings; nil for a key that does nothing there.
    mutating func pressFindings(_ key: Key, _ context: Context) -> [Effect]? {
        switch key {
        case "space": scrollFinding(by: 3, context)
        case .left, "h": return [.send(.screen(.stepOut))]
        case .right, "l": return reduce(.open, context)
        default:
            let rows = shownFindings(in: context.library).indices
            let visible = max(1, DataLayout(self, context).findings.insideBorder.height)
            guard findings?.list.handle(key, in: rows, visibleRows: visible) == true else {
                return nil
            }
            findings?.scroll = ScrollTextState()
        }
        return []
    }

    /// Shows the first row that the selected finding names.
    mutating func openFinding(_ context: Context) -> [Effect] {
        guard let name = findings?.name,
            let row = selectedFinding(in: context.library)?.rows.first
        else { return [] }
        var opened = OpenedDataset(name: name)
        opened.part = row.part == .training ? .training : .heldOut
        opened.select(row: row.number - 1)
        self.opened = opened
        return readRows(context)
    }

    /// Scrolls the selected finding's description.
    private mutating func scrollFinding(by lines: Int, _ context: Context) {
        guard let finding = selectedFinding(in: context.library) else { return }
        let area = DataLayout(self, context).text.insideBorder.inset(horizontally: 1)
        let total = FindingsView.description(of: finding).lines(width: area.width).count
        findings?.scroll.scroll(by: lines, total: total, visible: area.height)
    }
}
