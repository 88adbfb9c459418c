import JSON
import Platform
import Tracking
import Workflows

/// Calls the command and the webhook of the settings with alerts.
struct AlertCalls: Sendable {
    /// The workspace's folder, in which the command is called.
    var folder: String
    /// This process's environment, which may have the webhook's address.
    var environment: [String: String]
    /// The settings as they are now.
    var settings: @Sendable () -> AlertSettings

    /// The courier of a store's alerts.
    ///
    /// - Parameter isCancelled: Whether calls must end.
    func courier(
        _ store: TrackingStore,
        isCancelled: @escaping () -> Bool
    ) -> AlertCourier {
        AlertCourier(
            store,
            targets: { settings().targets(of: $0) },
            send: { alert, target in try call(target, alert).perform(isCancelled: isCancelled) }
        )
    }

    private func call(_ target: String, _ alert: Alert) throws(WorkspaceError) -> HookCall {
        let settings = settings()
        let hook: FlowHook.Target? =
            if target == AlertSettings.commandTarget {
                settings.command.map { .command($0) }
            } else {
                try address(settings.webhook).map { .webhook($0) }
            }
        guard let hook else {
            throw WorkspaceError(.invalid, "The settings have no \(target) for alerts any more.")
        }
        return HookCall(
            target: hook,
            folder: folder,
            environment: alert.variables.merging(["WORKBENCH_HOME": folder]) { $1 },
            payload: alert.payload,
            identity: "workbench-alert-\(alert.id)"
        )
    }

    private func address(
        _ webhook: AlertSettings.Webhook?
    ) throws(WorkspaceError) -> String? {
        switch webhook {
        case .address(let address): return address
        case .variable(let name):
            guard let address = environment[name], !address.isEmpty else {
                throw WorkspaceError(.invalid, "\(name), the webhook of alerts, is not set.")
            }
            return address
        case nil: return nil
        }
    }
}

extension Alert {
    /// The variables of a command.
    var variables: [String: String] {
        [
            "WORKBENCH_ALERT": "\(id)", "WORKBENCH_ALERT_LEVEL": level.rawValue,
            "WORKBENCH_ALERT_TITLE": title, "WORKBENCH_ALERT_TEXT": text,
            "WORKBENCH_ALERT_SOURCE": source.kind.rawValue, "WORKBENCH_RUN": source.run ?? "",
            "WORKBENCH_FLOW_RUN": source.flowRun ?? "",
        ]
    }

    /// The object that a webhook gets; `text` is what Slack and Mattermost show.
    var payload: JSONObject {
        func optional(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
        return JSONObject([
            ("event", "alert"), ("id", .integer(id)), ("level", .string(level.rawValue)),
            ("text", .string(text.isEmpty ? title : "\(title)\n\(text)")),
            ("title", .string(title)), ("source", .string(source.kind.rawValue)),
            ("name", optional(source.name)), ("run", optional(source.run)),
            ("flow_run", optional(source.flowRun)), ("raised_at", .integer(raisedAt)),
        ])
    }
}
