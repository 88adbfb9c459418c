import Database
import Platform
import Synchronization
import Testing
import TestStores
import Tracking

@Suite struct AlertTests {
    let folder = TemporaryFolder()
    let clock = TestClock()

    final class TestClock: Sendable {
        let time = Mutex(1_000_000_000)
        func advance(minutes: Int) { time.withLock { $0 += minutes * 60_000 } }
    }

    private let raised = Counter()

    final class Counter: Sendable {
        let count = Mutex(0)
    }

    private func open(rules: [AlertRule] = []) throws -> TrackingStore {
        try folder.open { configuration in
            configuration.alertRaised = { [raised] in raised.count.withLock { $0 += 1 } }
            configuration.now = { [clock] in clock.time.withLock { $0 } }
            configuration.alertRules = { rules }
        }
    }

    private func request(
        _ title: String,
        run: String? = nil,
        identity: String? = nil
    ) -> AlertRequest {
        AlertRequest(
            .warning,
            title,
            text: "why",
            source: Alert.Source(.script, run: run),
            identity: identity
        )
    }

    @Test func anAlertIsListedAndAcknowledgedOnce() throws {
        let store = try open()
        let alert = try #require(try store.raise(request("disk")))
        #expect(alert.title == "disk" && alert.text == "why" && alert.level == .warning)
        #expect(alert.raisedAt == 1_000_000_000 && alert.acknowledgedAt == nil)
        clock.advance(minutes: 1)
        try store.raise(request("net"))
        #expect(try store.alerts().map(\.title) == ["net", "disk"])
        #expect(try store.alerts(since: 1_000_000_001).map(\.title) == ["net"])
        #expect(try store.acknowledge([alert.id], by: "ann@lab") == 1)
        #expect(try store.acknowledge([alert.id], by: "bob@lab") == 0)
        #expect(try store.alert(alert.id)?.acknowledgedBy == "ann@lab")
        #expect(try store.alerts(open: true).map(\.title) == ["net"])
        #expect(try store.acknowledge() == 1)
        #expect(try store.openAlertCount() == 0)
        #expect(throws: TrackingError.self) { try store.acknowledge([99]) }
    }

    @Test func theSameAlertIsCountedAndAnIdentityIsRaisedOnce() throws {
        let store = try open()
        let first = try #require(try store.raise(request("loop")))
        for _ in 0..<50 { #expect(try store.raise(request("loop")) == nil) }
        #expect(try store.alerts().count == 1)
        #expect(try store.alert(first.id)?.repeats == 50)
        clock.advance(minutes: 11)
        #expect(try store.raise(request("loop")) != nil)
        #expect(try store.raise(request("once", identity: "a")) != nil)
        clock.advance(minutes: 1_000)
        #expect(try store.raise(request("again", identity: "a")) == nil)
    }

    @Test func aLoopOfAlertsCannotFlood() throws {
        let store = try open()
        for number in 0..<100 { try store.raise(request("\(number)", run: "r")) }
        let raised = try store.alerts()
        #expect(raised.count == 20)
        #expect(raised.first?.repeats == 80)
        // Another source is not silenced by it.
        #expect(try store.raise(request("other", run: "s")) != nil)
        for number in 0..<1_000 { try store.raise(request("x", run: "run-\(number)")) }
        #expect(try store.alerts().count == 200)
        clock.advance(minutes: 11)
        #expect(try store.raise(request("later", run: "r")) != nil)
    }

    @Test func longTextsAreCut() throws {
        let store = try open()
        var long = request(String(repeating: "t", count: 5_000) + "\0")
        long.text = String(repeating: "é", count: 9_000)
        let alert = try #require(try store.raise(long))
        #expect(alert.title.count == 200 && alert.text.count == 4_000)
    }

    @Test func aTagOfARunRaisesOneAlertPerText() throws {
        let store = try open()
        let run = try store.createRun(NewRun()).id
        func tag(_ text: String, _ level: String? = nil) throws {
            let tags = [Tag(Tag.alert, text)] + (level.map { [Tag(Tag.alertLevel, $0)] } ?? [])
            try store.log(Batch(tags: tags), run: run)
        }
        try tag("Out of data\nfile 3 is empty", "error")
        try tag("Out of data\nfile 3 is empty")
        try tag("")
        var alerts = try store.alerts()
        #expect(alerts.count == 1)
        #expect(alerts[0].title == "Out of data" && alerts[0].text == "file 3 is empty")
        #expect(alerts[0].level == .error)
        #expect(alerts[0].source == Alert.Source(.tag, run: run))
        try tag("Something else", "shout")
        alerts = try store.alerts()
        #expect(alerts.count == 2 && alerts[0].level == .warning)
        // A run may be created with the tag.
        var new = NewRun()
        new.tags = [Tag(Tag.alert, "born")]
        try store.createRun(new)
        #expect(try store.alerts().first?.title == "born")
        #expect(raised.count.withLock { $0 } == 3)
    }

    @Test func aRuleRaisesOneAlertAnEpisode() throws {
        let store = try open(rules: [AlertRule(metric: "loss", above: 5, below: -1, level: .error)])
        let run = try store.createRun(NewRun()).id
        for (step, value) in [1, 6, 7, 5, 5.5, 2, -2, .nan, 1].enumerated() {
            let metrics = [
                Metric("loss", value, timestamp: 1, step: step),
                Metric("other", 100, timestamp: 1, step: step),
            ]
            try store.log(Batch(metrics: metrics), run: run)
        }
        #expect(
            try store.alerts().reversed().map(\.title)
                == ["loss is 6 at step 1", "loss is 5.5 at step 4", "loss is -2 at step 6"]
        )
        let first = try #require(try store.alerts().last)
        #expect(first.text == "The rule is: loss above 5 or below -1.")
        #expect(first.level == .error)
        #expect(raised.count.withLock { $0 } == 3)
        // Two points in one batch are two points.
        try store.log(
            Batch(
                metrics: [9, 1, 9].enumerated().map {
                    Metric("loss", $1, timestamp: 2, step: 20 + $0)
                }
            ),
            run: run
        )
        #expect(try store.alerts().count == 5)
    }

    @Test func aRolledBackWriteRaisesNothing() throws {
        let store = try open(rules: [AlertRule(metric: "loss", above: 5)])
        let run = try store.createRun(NewRun()).id
        try store.log(Batch(params: [Param("a", "1")]), run: run)
        let batch = Batch(
            metrics: [Metric("loss", 9, timestamp: 1, step: 0)],
            params: [Param("a", "2")]
        )
        #expect(throws: TrackingError.self) { try store.log(batch, run: run) }
        #expect(try store.alerts().isEmpty)
    }

    @Test func theFeedSaysWhatHappened() throws {
        let store = try open()
        let cursor = try store.database.changeCursor()
        let alert = try #require(try store.raise(request("a")))
        try store.raise(request("a"))
        try store.acknowledge()
        let changes = try store.database.changes(after: cursor).changes
        #expect(changes.map(\.what) == ["raised", "repeated", "acknowledged"])
        #expect(changes.allSatisfy { $0.kind == .alert && $0.item == "\(alert.id)" })
    }

    @Test func deliveriesAreRowsUntilTheyEnd() throws {
        let store = try open()
        try store.raise(request("old"))
        clock.advance(minutes: 25 * 60)
        let alert = try #require(try store.raise(request("new")))
        #expect(try store.hasOpenDeliveries())
        try store.routeAlerts { $0 >= .warning ? ["command", "webhook"] : [] }
        try store.routeAlerts { _ in ["late"] }
        var pending = try store.pendingDeliveries()
        #expect(pending.map(\.delivery.target) == ["command", "webhook"])
        #expect(pending.allSatisfy { $0.alert.id == alert.id })
        pending[0].delivery.state = .delivered
        pending[0].delivery.attempts = 1
        try store.save(pending[0].delivery, of: alert.id)
        pending[1].delivery.attempts = 1
        pending[1].delivery.problem = "refused"
        pending[1].delivery.nextAt += 5_000
        try store.save(pending[1].delivery, of: alert.id)
        #expect(try store.pendingDeliveries().map(\.delivery) == [pending[1].delivery])
        #expect(try store.alert(alert.id)?.deliveries.map(\.state) == [.delivered, .pending])
        pending[1].delivery.state = .failed
        try store.save(pending[1].delivery, of: alert.id)
        #expect(try !store.hasOpenDeliveries())
    }
}
