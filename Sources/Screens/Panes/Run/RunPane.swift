package import TerminalUI
import Workspace

/// Pane 2: runs and what the selected one measures.
package enum RunPane: PaneContent {
    package static let words = [
        Word("run", "one training: its parameters, curves, checkpoints and adapter"),
        Word("loss", "error in nats per target token; eval is the same on held-out rows"),
        Word("adapter", "the small weights that a run adds to a base model"),
        Word("checkpoint", "everything needed to resume exactly; R resumes from the last one"),
        Word("sentinel", "checks every step and warns when a number looks wrong; ! on the curve"),
        Word("stage", "one of several runs in a row, each on other data, from the last result"),
        Word("experiment", "a name that groups runs"),
    ]

    package static func isTyping(in state: AppState) -> Bool {
        state.run.isFiltering || state.run.form != nil
    }

    package static func press(_ key: Key, in state: inout AppState) -> [Effect]? {
        if state.run.form != nil { return state.pressForm(key) }
        if state.run.isFiltering {
            guard state.run.filter.handle(key) else { return nil }
            return state.runsChanged()
        }
        let ids = state.run.shown.map(\.id)
        let rows = RunLayout(state).visibleRows
        guard state.run.selection.handle(key, in: ids, visibleRows: rows) else { return nil }
        return state.refreshCurves()
    }

    package static func paste(_ text: String, in state: inout AppState) -> [Effect] {
        if state.run.form != nil {
            state.run.form?.paste(text)
            return state.replan()
        }
        state.run.filter.insert(text.oneLine)
        return state.runsChanged()
    }

    package static func click(
        _ target: String,
        isDouble: Bool,
        in state: inout AppState
    ) -> [Effect]? {
        if target.hasPrefix(Form.hitPrefix) {
            state.run.form?.click(String(target.dropFirst(Form.hitPrefix.count)))
            return []
        }
        guard target.hasPrefix(RunLayout.hitPrefix),
            let row = Int(target.dropFirst(RunLayout.hitPrefix.count))
        else { return nil }
        let ids = state.run.shown.map(\.id)
        guard ids.indices.contains(row) else { return nil }
        state.run.selection.select(ids[row], in: ids)
        return state.refreshCurves() + (isDouble ? state.reduce(.run(.open)) : [])
    }

    package static func scroll(by lines: Int, in state: inout AppState) -> [Effect] {
        guard state.run.form == nil else { return [] }
        let ids = state.run.shown.map(\.id)
        state.run.selection.move(by: lines, in: ids, visibleRows: RunLayout(state).visibleRows)
        return state.refreshCurves()
    }

    package static func stepOut(of state: inout AppState) -> Bool {
        if state.run.form != nil {
            state.run.form = nil
        } else if state.run.isFiltering || !state.run.filter.text.isEmpty {
            state.run.isFiltering = false
            state.run.filter = TextFieldState()
            state.run.selection.refresh(state.run.shown.map(\.id))
        } else if state.run.isAlone, Frame(size: state.size).isWide {
            state.run.isAlone = false
        } else if state.run.isDetailOpen, !Frame(size: state.size).isWide {
            state.run.isDetailOpen = false
        } else {
            return false
        }
        return true
    }

    package static func appear(in state: inout AppState) -> [Effect] {
        let isWanted = state.run.runs == nil && !state.run.listing.isUnderWay
        return (isWanted ? state.refreshRuns() : []) + state.refreshCurves()
    }

    package static func copyable(in state: AppState) -> String? { state.run.selected?.id }
}
