import Runs
import TerminalUI
import Tracking
import Workspace

extension AppState {
    /// A key for the list of alerts.
    mutating func pressAlerts(_ key: Key, _ old: ListState<Int>) -> [Effect] {
        var list = old
        let ids = (library.alerts ?? []).map(\.id)
        let key = key.onlyLatin
        if list.handle(key, in: ids, visibleRows: AlertsView.visibleRows(size)) {
            overlay = .alerts(list)
            return []
        }
        let alert = list.position(in: ids).flatMap { library.alerts?[$0] }
        switch key {
        case .escape, "!", "q": overlay = nil
        case .enter: return alert.map { follow($0) } ?? []
        case "a", "space":
            guard let alert else { return [] }
            return acknowledge([alert.id], list, ids)
        case "A": return acknowledge(nil, list, ids)
        case "y": return alert.map { .copy($0.sentence) } ?? []
        default: break
        }
        return []
    }

    /// A click on an alert selects it; one on the selected alert goes to what raised it.
    mutating func clickAlerts(_ target: String, _ old: ListState<Int>) -> [Effect] {
        let ids = (library.alerts ?? []).map(\.id)
        guard let row = target.place(after: AlertsView.hitPrefix), ids.indices.contains(row) else {
            return []
        }
        if old.position(in: ids) == row { return pressAlerts(.enter, old) }
        var list = old
        _ = list.select(row: row, in: ids)
        overlay = .alerts(list)
        return []
    }

    private mutating func acknowledge(
        _ alerts: [Int]?,
        _ old: ListState<Int>,
        _ ids: [Int]
    ) -> [Effect] {
        if let reason = access.obstacle {
            return [.report(Notice(.warning, "Acknowledge: \(reason)."))]
        }
        var list = old
        if alerts != nil { list.move(by: 1, in: ids, visibleRows: AlertsView.visibleRows(size)) }
        overlay = .alerts(list)
        return [ScreenWork.acknowledge(alerts)]
    }

    /// Goes to the flow run or the run that raised an alert.
    private mutating func follow(_ alert: Alert) -> [Effect] {
        if let run = alert.source.flowRun {
            overlay = nil
            let task = alert.source.kind == .flow ? alert.source.name : nil
            return [
                .send(.screen(.visit(.flows))), .send(.flows(.select(run: run, task: task))),
            ]
        }
        if let run = alert.source.run {
            overlay = nil
            return [.send(.screen(.visit(.run))), .send(.run(.follow(run)))]
        }
        if alert.source.kind == .schedule, let schedule = alert.source.name {
            overlay = nil
            return [.send(.screen(.visit(.flows))), .send(.flows(.showSchedule(schedule)))]
        }
        return [.report(Notice(.information, "It was not raised by a run."))]
    }
}
