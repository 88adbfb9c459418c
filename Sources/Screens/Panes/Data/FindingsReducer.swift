import TerminalUI
import Workspace

extension AppState {
    /// Shows what was found in the selected dataset, or goes back.
    mutating func showFindings() {
        guard data.findings == nil, let dataset = data.selected, dataset.lint != nil else {
            data.findings = nil
            return
        }
        data.findings = ShownFindings(name: dataset.name)
        data.opened = nil
    }

    /// Selects a finding.
    mutating func moveFinding(to row: Int) {
        let last = max(0, data.shownFindings.count - 1)
        data.findings?.row = min(max(0, row), last)
        data.findings?.scroll = ScrollTextState()
    }

    /// Shows the first row that the selected finding names.
    mutating func openFinding() -> [Effect] {
        guard let name = data.findings?.name, let row = data.selectedFinding?.rows.first else {
            return []
        }
        var opened = OpenedDataset(name: name)
        opened.part = row.part == "training" ? .training : .heldOut
        opened.row = row.number - 1
        data.opened = opened
        return readRows()
    }

    /// Scrolls the selected finding's description.
    mutating func scrollFinding(by lines: Int) {
        guard var findings = data.findings, let finding = data.selectedFinding else { return }
        let area = DataLayout(self).text.insideBorder.inset(horizontally: 1)
        let total = FindingsView.description(of: finding).lines(width: area.width).count
        findings.scroll.scroll(by: lines, total: total, visible: area.height)
        data.findings = findings
    }
}

extension DataPane {
    /// Moves among the findings; nil for a key that does nothing there.
    static func pressFindings(_ key: Key, in state: inout AppState) -> [Effect]? {
        guard let findings = state.data.findings else { return nil }
        let page = max(1, DataLayout(state).findings.insideBorder.height - 1)
        switch key {
        case .up, "k": state.moveFinding(to: findings.row - 1)
        case .down, "j": state.moveFinding(to: findings.row + 1)
        case .pageUp: state.moveFinding(to: findings.row - page)
        case .pageDown: state.moveFinding(to: findings.row + page)
        case .home, "g": state.moveFinding(to: 0)
        case .end, "G": state.moveFinding(to: state.data.shownFindings.count - 1)
        case "space": state.scrollFinding(by: 3)
        case .left, "h": return state.reduce(.screen(.stepOut))
        case .right, "l": return state.reduce(.data(.open))
        default: return nil
        }
        return []
    }
}
