import FoundationEssentials
import Platform
import Runs
import Testing
import TestModels
import Tracking
import Workspace

@Suite struct AlertServiceTests {
    private func settings(_ text: String, in folder: String) throws -> (Settings, [String]) {
        try TestWorkspace.write(text, to: "\(folder)/config.yaml")
        let read = Settings.read(folder: folder)
        return (read.settings, read.problems)
    }

    @Test func theSettingsOfAlertsAreReadAndWritten() throws {
        try TemporaryFolder.with { folder in
            let (settings, problems) = try settings(
                """
                alerts:
                  command: ./tell.sh "now"
                  webhook: {env: SLACK}
                  level: error
                  rules:
                    - {metric: loss, above: 5}
                    - {metric: "eval: accuracy", below: 0.5, level: info}
                """,
                in: folder
            )
            #expect(problems == [])
            #expect(
                settings.alerts
                    == AlertSettings(
                        command: "./tell.sh \"now\"",
                        webhook: .variable("SLACK"),
                        level: .error,
                        rules: [
                            AlertRule(metric: "loss", above: 5),
                            AlertRule(metric: "eval: accuracy", below: 0.5, level: .info),
                        ]
                    )
            )
            try settings.write(folder: folder)
            #expect(Settings.read(folder: folder).settings == settings)
        }
    }

    @Test(arguments: [
        ("alerts: loud", "1: alerts must have keys"),
        ("alerts:\n  comand: x", "2: alerts has no key comand"),
        ("alerts:\n  command: []", "2: the command of alerts must be a non-empty text"),
        ("alerts:\n  webhook: nowhere", "2: the webhook of alerts cannot be used"),
        ("alerts:\n  webhook: {file: x}", "2: the webhook of alerts is an address or {env: NAME}"),
        ("alerts:\n  level: loud", "2: the level of alerts is info, warning or error"),
        ("alerts:\n  rules: {}", "2: the rules of alerts must be a list"),
        ("alerts:\n  rules:\n    - {above: 5}", "3: a rule of alerts must name its metric"),
        ("alerts:\n  rules:\n    - {metric: a}", "3: a rule of alerts needs above or below"),
        ("alerts:\n  rules:\n    - {metric: a, above: x}", "3: a rule of alerts needs above"),
        (
            "alerts:\n  rules:\n    - {metric: a, above: 1, over: 2}",
            "3: a rule of alerts has no key over"
        ),
    ])
    func aFaultInTheSettingsOfAlertsIsNamedWithItsLine(_ text: String, _ problem: String) throws {
        try TemporaryFolder.with { folder in
            let (_, problems) = try settings(text, in: folder)
            #expect(problems.count == 1)
            #expect(problems.first?.contains("config.yaml:\(problem)") == true, "\(problems)")
        }
    }

    @Test func anAlertIsAnEventAndIsDeliveredToACommand() throws {
        try TestWorkspace.with { test in
            try test.opened { _ in }
            try TestWorkspace.write(
                """
                alerts:
                  command: 'echo "$WORKBENCH_ALERT_LEVEL $WORKBENCH_ALERT_TITLE" >> told'
                """,
                to: "\(test.home)/config.yaml"
            )
            try test.opened { workspace in
                let events = EventRecorder(workspace.events)
                let source = Alert.Source(.script, run: "r")
                try workspace.alerts.raise(AlertRequest(.info, "quiet", source: source))
                let alert = try #require(
                    try workspace.alerts.raise(
                        AlertRequest(.error, "a $(touch hacked) \"b\"", source: source)
                    )
                )
                let isEvent = becomesTrue {
                    events.all.contains { event in
                        if case .alert(let told) = event { told.id == alert.id } else { false }
                    }
                }
                #expect(isEvent)
                let isDelivered = try becomesTrue {
                    try workspace.alerts.list().first?.deliveries.map(\.state) == [.delivered]
                }
                #expect(isDelivered)
                #expect(try Files.text("\(test.home)/told") == "error a $(touch hacked) \"b\"\n")
                #expect(!FilePaths.exists("\(test.home)/hacked"))
                #expect(try workspace.alerts.acknowledge() == 2)
                #expect(try workspace.alerts.openCount() == 0)
                #expect(events.first { $0 == .alertsChanged } != nil)
            }
        }
    }

    @Test func aDeliveryThatFailedIsTriedAgainByTheNextProcess() throws {
        try TestWorkspace.with { test in
            let server = try WebhookServer([503, 200])
            try test.opened { _ in }
            try TestWorkspace.write(
                "alerts: {webhook: \(server.address)}\n",
                to: "\(test.home)/config.yaml"
            )
            // A command that ends at once tries it once.
            try test.opened {
                $0.isWatching = false
            } _: { workspace in
                _ = try workspace.alerts.raise(
                    AlertRequest(.warning, "한글", text: "more", source: Alert.Source(.script))
                )
            }
            try test.opened { workspace in
                let isDelivered = try becomesTrue {
                    try workspace.alerts.list().first?.deliveries.map(\.state) == [.delivered]
                }
                #expect(isDelivered)
                #expect(try workspace.alerts.list().first?.deliveries.map(\.attempts) == [2])
            }
            #expect(server.requests.count == 2)
            let request = try #require(server.requests.last)
            #expect(request.hasPrefix("POST /hook HTTP/1.1\r\n"))
            #expect(request.contains("Idempotency-Key: workbench-alert-1"))
            #expect(request.contains(#""title":"한글""#))
        }
    }

    @Test func aRuleOfTheSettingsIsAppliedToWhatClientsLog() throws {
        try TestWorkspace.with { test in
            try test.opened { _ in }
            try test.opened { workspace in
                let run = try workspace.tracking.createRun(NewRun()).id
                func log(_ value: Double, _ step: Int) throws {
                    let metric = Metric("loss", value, timestamp: 1, step: step)
                    try workspace.rules.log(Batch(metrics: [metric]), run: run)
                }
                try log(9, 0)
                #expect(try workspace.alerts.list().isEmpty)
                try TestWorkspace.write(
                    "alerts: {rules: [{metric: loss, above: 5}]}\n",
                    to: "\(test.home)/config.yaml"
                )
                try log(9, 1)
                try log(9, 2)
                #expect(try workspace.alerts.list().map(\.title) == ["loss is 9 at step 1"])
                let tags = [Tag("workbench.alert", "help"), Tag("workbench.alert.level", "error")]
                try workspace.rules.log(Batch(tags: tags), run: run)
                #expect(try workspace.alerts.list().first?.level == .error)
                #expect(throws: RunError.self) {
                    try workspace.rules.log(Batch(tags: [Tag("workbench.owner", "me")]), run: run)
                }
            }
        }
    }
}
