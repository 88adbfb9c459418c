import Platform
import Runs
import Tracking
import Workspace

extension Library {
    /// How many alerts nobody has acknowledged.
    package var openAlertCount: Int { (alerts ?? []).count { $0.acknowledgedAt == nil } }

    /// Puts a new alert in front and reports it.
    mutating func raised(_ alert: Alert, _ access: Access) -> [Effect] {
        guard alerts != nil else { return refresh(.alerts, access) }
        guard alerts?.contains(where: { $0.id == alert.id }) == false else {
            return again(.alerts, access)
        }
        alerts?.insert(alert, at: 0)
        // The Run pane reports what the monitors of this process's runs find.
        if alert.source.kind == .monitor, run(alert.source.run)?.isMine == true { return [] }
        let level: Notice.Level =
            switch alert.level {
            case .info: .information
            case .warning: .warning
            case .error: .failure
            }
        return [.report(Notice(level, alert.sentence, hint: "! shows the alerts."))]
    }
}

extension Alert {
    /// The title with the text in one line.
    var sentence: String { text.isEmpty ? title : "\(title): \(text.oneLine)" }
}
