package import FoundationEssentials
import Platform
package import Tracking

extension Alert {
    /// What raised it, in words: `run 01234567`, `task sft of flow run 01234567`, `rule loss`.
    package var origin: String {
        let name = source.name ?? ""
        let run = source.run.map { "run \($0.prefix(8))" }
        let flowRun = source.flowRun.map { "flow run \($0.prefix(8))" }
        let words =
            switch source.kind {
            case .flow: name.isEmpty ? "" : "task \(name)"
            case .schedule: "schedule \(name)"
            case .run, .tag: ""
            case .monitor: "monitor \(name)"
            case .script: name
            case .rule: "rule \(name)"
            }
        let place = flowRun ?? run ?? ""
        return words.isEmpty || place.isEmpty ? words + place : "\(words), \(place)"
    }
}

/// Alerts as a table.
package enum AlertTable {
    /// A row for each alert.
    package static func table(_ alerts: [Alert], at now: Date) -> TextTable {
        var table = TextTable(["ID", "LEVEL", "WHEN", "ALERT", "FROM", "SEEN BY"])
        for alert in alerts {
            let raised = Date(timeIntervalSince1970: Double(alert.raisedAt) / 1000)
            let more = alert.repeats > 0 ? " (and \(alert.repeats) more)" : ""
            let text = alert.text.isEmpty ? alert.title : "\(alert.title): \(alert.text)"
            table.add([
                "\(alert.id)", alert.level.rawValue, Figures.moment(raised, at: now),
                text + more, alert.origin, alert.acknowledgedBy ?? "",
            ])
        }
        return table
    }
}
