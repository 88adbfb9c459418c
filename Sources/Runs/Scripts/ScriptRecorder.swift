import EventBus
import JSON
import Logging
import Machine
import Platform
import Tracking

/// Writes what a watched command prints to its run: metrics, progress and alerts.
///
/// Metrics are collected for a moment and written in one transaction: a program may print thousands
/// of lines a second. A write that fails is tried again; meanwhile the command continues.
final class ScriptRecorder {
    /// The seconds between two writes.
    private static let interval = 0.2
    /// The number of points that wait for a write at most; further ones are dropped.
    private static let maxPending = 20_000
    private static let maxAlerts = 40
    private static let maxTagBytes = 7500

    private let opened: OpenedFolder
    private let events: EventBus<RunEvent>
    private let hold: RunHold
    /// The name of the run.
    private let name: String
    private let rules: [ScriptAlert]
    private let system: SystemSampler
    private var systemStep = 0
    private var lines = MetricLines()
    private var pending: [Metric] = []
    /// The names that this recorder has written, and those that the program logs by itself.
    private var ownNames: Set<String> = []
    private var foreignNames: Set<String> = []
    private var total: Int?
    private var writtenAt: ContinuousClock.Instant?
    private var alerts: [RunAlert] = []
    /// The rules that have alerted in this attempt, with the metric.
    private var alerted: Set<String> = []
    /// Why nothing could be written, since the last write that succeeded.
    private(set) var obstacle: RunError?
    private(set) var lastStep = 0
    /// The losses, for the curve in lists.
    private var losses: [MetricPoint] = []

    init(
        _ opened: OpenedFolder,
        _ events: EventBus<RunEvent>,
        _ hold: RunHold,
        name: String,
        alerts: [ScriptAlert],
        system: SystemSampler
    ) {
        self.opened = opened
        self.events = events
        self.hold = hold
        self.name = name
        rules = alerts
        self.system = system
    }

    /// Begins an attempt, from 1.
    func begin(attempt: Int) {
        if attempt > 1 { lines.restart() }
        alerted = []
        write([Tag(RunTag.attempt, "\(attempt)")])
    }

    /// Reads a line; returns the metrics in it.
    @discardableResult
    func take(_ line: OutputLine) -> [PrintedMetric] {
        let reading = lines.read(line.text.utf8, isUpdate: line.isUpdate)
        if let all = reading.total, all != total {
            total = all
            write([Tag(RunTag.totalSteps, "\(all)")])
        }
        return take(reading.metrics)
    }

    /// Ends an attempt: what was held back is written.
    @discardableResult
    func endAttempt() -> [PrintedMetric] {
        let metrics = take(lines.finish().metrics)
        flush()
        return metrics
    }

    private func take(_ metrics: [PrintedMetric]) -> [PrintedMetric] {
        let now = TrackingStore.systemMilliseconds()
        for metric in metrics {
            check(metric)
            lastStep = max(lastStep, metric.step)
            guard pending.count < Self.maxPending else { continue }
            pending.append(
                Metric(TrackingKey(metric.name), metric.value, timestamp: now, step: metric.step)
            )
            if metric.name == MetricName.loss {
                losses.append(
                    MetricPoint(row: 0, step: metric.step, timestamp: 0, value: metric.value)
                )
                // A curve of some numbers is made of it at the end.
                if losses.count > 50_000 {
                    losses = losses.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
                }
            }
        }
        return metrics
    }

    /// Writes what has been collected, if it is time, and measures the machine.
    func tick() {
        if let writtenAt, ContinuousClock.now - writtenAt < .seconds(Self.interval) { return }
        let values = system.sample()
        if !values.isEmpty {
            let now = TrackingStore.systemMilliseconds()
            pending += values.map {
                Metric(TrackingKey($0.0), $0.1, timestamp: now, step: systemStep)
            }
            systemStep += 1
        }
        flush()
    }

    private func flush() {
        writtenAt = .now
        guard !pending.isEmpty else { return }
        do {
            let metrics = try withoutForeign(pending)
            if !metrics.isEmpty { try log(Batch(metrics: metrics)) }
            pending = []
            obstacle = nil
        } catch {
            note(error)
        }
    }

    /// The points without those of metrics that the program logs by MLflow's client too.
    private func withoutForeign(_ metrics: [Metric]) throws -> [Metric] {
        let new = Set(metrics.map(\.key.text)).subtracting(ownNames).subtracting(foreignNames)
        if !new.isEmpty {
            let logged = try opened.store.run(hold.run, details: .metrics).metrics
            foreignNames.formUnion(new.filter { logged[TrackingKey($0)] != nil })
            ownNames.formUnion(new.subtracting(foreignNames))
        }
        return metrics.filter { !foreignNames.contains($0.key.text) }
    }

    private func write(_ tags: [Tag]) {
        do { try log(Batch(tags: tags)) } catch { note(error) }
    }

    private func log(_ batch: Batch, published change: RunChange? = nil) throws {
        try opened.store.log(
            batch,
            run: hold.run,
            by: .execution(mark: hold.mark),
            published: change
        )
    }

    private func note(_ error: any Error) {
        let error = RunError(error)
        if obstacle == nil {
            opened.report(error, doing: "Metrics of run \(hold.run) could not be written")
        }
        obstacle = error
    }

    // MARK: - Alerts

    private func check(_ metric: PrintedMetric) {
        for (place, rule) in rules.enumerated() {
            guard let message = rule.message(for: metric),
                alerted.insert("\(place) \(metric.name)").inserted
            else { continue }
            alert(rule.level, message, step: metric.step)
        }
    }

    /// Raises an alert for an attempt that ended with an error, if one is asked for.
    func checkExit(_ message: String) {
        guard rules.contains(.exit) else { return }
        alert(ScriptAlert.exit.level, message, step: lastStep)
    }

    /// Stores an alert with the run, where its pane shows it, and raises it in the workspace.
    private func alert(_ level: Alert.Level, _ message: String, step: Int) {
        var alert = RunAlert(step: step, monitor: "watch", message: message, action: "mark")
        alert.number = (alerts.last?.number ?? 0) + 1
        alerts = (alerts + [alert]).suffix(Self.maxAlerts)
        do {
            var text = try encodeJSON(alerts)
            while text.utf8.count > Self.maxTagBytes, alerts.count > 1 {
                alerts.removeFirst()
                text = try encodeJSON(alerts)
            }
            try log(Batch(tags: [Tag(RunTag.alerts, text)]), published: .alert)
            let source = Alert.Source(.script, name: name, run: hold.run)
            let title = message.hasPrefix("\(name): ") ? message : "\(name): \(message)"
            _ = try opened.store.raise(AlertRequest(level, title, source: source))
        } catch {
            note(error)
        }
        events.publish(.alerted(run: hold.run, alert))
    }

    /// The loss curve reduced to a few numbers.
    var lossTail: String {
        RunReader.lossTail(
            MetricBucket.reduce(losses, into: RunReader.tailCount).compactMap(\.last)
        )
    }
}
