import Runs
package import TerminalUI
import Workspace

/// Pane 2: runs, and the selected one's detail.
extension RunState: PaneState {
    package static var path: WritableKeyPath<AppState, RunState> { \.run }

    package static let words = [
        Word("run", "one training: its parameters, curves, checkpoints and adapter"),
        Word("loss", "error in nats per target token; eval is the same on held-out rows"),
        Word("adapter", "the small weights that a run adds to a base model"),
        Word("checkpoint", "everything needed to resume exactly; R resumes from the last one"),
        Word("monitor", "checks every step and warns when a number looks wrong; ! on the curve"),
        Word("phase", "one of several runs in a row, each on other data, from the last result"),
        Word("experiment", "a name that groups runs"),
    ]

    package func isTyping(_ context: Context) -> Bool { list.isFiltering || form != nil }

    package mutating func press(_ key: Key, _ context: Context) -> [Effect]? {
        if form != nil { return pressForm(key) }
        if list.isFiltering {
            guard list.filter.handle(key) else { return nil }
            return runsChanged(context)
        }
        let ids = shown(in: context.library).ids
        let rows = RunLayout(self, context).visibleRows
        guard list.handle(key, in: ids, visibleRows: rows) else { return nil }
        return readCurves(context)
    }

    package mutating func paste(_ text: String, _ context: Context) -> [Effect] {
        if form != nil {
            form?.paste(text)
            return replan()
        }
        list.filter.insert(text.oneLine)
        return runsChanged(context)
    }

    package mutating func click(
        _ target: String,
        isDouble: Bool,
        _ context: Context
    ) -> [Effect]? {
        if target.hasPrefix(Form.hitPrefix) {
            form?.click(String(target.dropFirst(Form.hitPrefix.count)))
            return []
        }
        guard let row = target.place(after: RunLayout.hitPrefix),
            list.select(row: row, in: shown(in: context.library).ids)
        else { return nil }
        return readCurves(context) + (isDouble ? reduce(.open, context) : [])
    }

    package mutating func scroll(by lines: Int, _ context: Context) -> [Effect] {
        guard form == nil else { return [] }
        let ids = shown(in: context.library).ids
        list.move(by: lines, in: ids, visibleRows: RunLayout(self, context).visibleRows)
        return readCurves(context)
    }

    package mutating func stepOut(_ context: Context) -> Bool {
        if form != nil {
            form = nil
        } else if list.clearFilter() {
            list.refresh(shown(in: context.library).ids)
        } else if isAlone, context.frame.isWide {
            isAlone = false
        } else if isDetailOpen, !context.frame.isWide {
            isDetailOpen = false
        } else {
            return false
        }
        return true
    }

    package mutating func appear(_ context: Context) -> [Effect] {
        context.library.need(.runs) + readCurves(context)
    }

    package mutating func libraryChanged(
        _ lists: Set<Library.List>,
        _ context: Context
    ) -> [Effect] {
        guard lists.contains(.runs) else { return [] }
        if !hasSeenRuns, context.library.runs != nil {
            hasSeenRuns = true
            if let live = context.library.liveRun {
                list.select(live.id, in: shown(in: context.library).ids)
                isDetailOpen = true
            }
        }
        return endsElsewhere(context) + runsChanged(context)
    }

    package mutating func settle(_ context: Context) -> [Effect] {
        openWantedForm(context) + abandonForecasts()
    }

    package func copyable(_ context: Context) -> String? { selected(in: context.library)?.id }
}
