import Datasets
import EventBus
import JSON
import Logging
import Machine
import Platform
import Tracking
import Training

/// Writes the trainer's events to the store first and publishes them second.
///
/// Used on one trainer's thread. Each event is one transaction: after an error the trainer may send
/// the event again.
final class RunRecorder {
    private let opened: OpenedFolder
    private let events: EventBus<RunEvent>
    private let hold: RunHold
    private var run: String { hold.run }
    private let runName: String
    private var folder: RunFolder { hold.folder }
    private let system: SystemSampler
    /// The last step whose metrics an earlier process has stored.
    private var recordedStep: Int?
    private var recordedEvaluation: Int?
    private var alerts: [RunAlert]
    private var bestEvaluation: RunSummary.Measurement?
    private var losses: [MetricPoint] = []
    /// The step at which the newest checkpoint resumes.
    private(set) var resumableStep: Int?
    /// The largest resident memory of the process when something was recorded.
    ///
    /// The peak of the process itself may be that of another run.
    private(set) var peakResidentBytes: Int64 = 0

    /// Records the run of `record`, which may have steps already.
    ///
    /// If its process died after its last checkpoint, the steps since then are computed again, to the
    /// same bits, and are not stored twice.
    ///
    /// - Parameters:
    ///   - checkpoint: The checkpoint that the trainer resumes from.
    ///   - system: Measures the machine at each step.
    init(
        _ opened: OpenedFolder,
        _ events: EventBus<RunEvent>,
        continuing record: RunRecord,
        _ hold: RunHold,
        from checkpoint: Checkpoint?,
        system: SystemSampler
    ) throws {
        self.opened = opened
        self.events = events
        self.system = system
        self.hold = hold
        runName = record.name
        alerts = record.alerts
        resumableStep = checkpoint?.state.completedSteps
        recordedStep = record.metrics[TrackingKey(MetricName.loss)]?.step
        recordedEvaluation = record.metrics[TrackingKey(MetricName.evaluationLoss)]?.step
        bestEvaluation = BestEvaluation.measurement(of: record)
        if recordedStep != nil {
            losses = try opened.store.metricHistory(TrackingKey(MetricName.loss), run: record.id)
        }
    }

    func record(_ event: TrainingEvent) throws {
        let residentBytes = SystemMemory.read().residentBytes
        peakResidentBytes = max(peakResidentBytes, residentBytes)
        switch event {
        case .started(let report): try record(report)
        case .step(let report): try record(report, residentBytes)
        case .evaluated(let report): try record(report)
        case .answered(let step, let samples): try record(samples, step: step)
        case .alerted(let alert): try record(alert)
        case .wentBack(let step, let rows): goBack(to: step, leftOut: rows.map(\.description))
        case .checkpointed(let completedSteps, _): try recordCheckpoint(nextStep: completedSteps)
        case .finished: break
        }
    }

    /// The number of steps whose metrics are stored, over all processes.
    var stepsDone: Int { losses.last.map { $0.step + 1 } ?? 0 }

    /// The loss curve reduced to a few numbers.
    var lossTail: String {
        RunReader.lossTail(
            MetricBucket.reduce(losses, into: RunReader.tailCount).compactMap(\.last)
        )
    }

    private func record(_ report: StartReport) throws {
        let total = Tag(RunTag.totalSteps, "\(report.totalSteps)")
        let waits = Tag(RunTag.paused, "")
        try log(Batch(tags: [total, waits]))
        for warning in report.warnings { opened.notices.publish(Notice(.warning, warning)) }
    }

    private func record(_ report: StepReport, _ residentBytes: Int64) throws {
        var values: [(String, Double)] = [
            (MetricName.loss, report.loss),
            (MetricName.gradientNorm, report.gradientNorm),
            (MetricName.learningRate, report.learningRate),
            (MetricName.tokensPerSecond, report.tokensPerSecond),
            (MetricName.targetTokens, Double(report.targetTokens)),
            (MetricName.secondsPerStep, report.secondsPerStep),
            (MetricName.epoch, report.epoch),
            (MetricName.residentBytes, Double(residentBytes)),
        ]
        values += system.sample()
        var change: Int?
        if report.step > recordedStep ?? -1 {
            change = try log(values, step: report.step)
            losses.append(MetricPoint(row: 0, step: report.step, timestamp: 0, value: report.loss))
        }
        var point = StepPoint(
            step: report.step,
            totalSteps: report.totalSteps,
            metrics: Dictionary(values) { first, _ in first }
        )
        point.change = change
        events.publish(.step(run: run, point))
    }

    private func record(_ report: EvaluationReport) throws {
        let isBest = bestEvaluation.isImproved(by: report.loss)
        if report.step > recordedEvaluation ?? -1 {
            var values = [(MetricName.evaluationLoss, report.loss)]
            if isBest { values.append((MetricName.bestEvaluationLoss, report.loss)) }
            try log(values, step: report.step)
        }
        if isBest {
            bestEvaluation = RunSummary.Measurement(value: report.loss, step: report.step)
        }
        events.publish(.evaluated(run: run, step: report.step, loss: report.loss))
    }

    /// The samples of each evaluation are a file of the run; those of the last one are a tag too.
    private func record(_ samples: [EvaluationSample], step: Int) throws {
        let samples = RunSamples(
            step: step,
            samples: samples.map {
                .init(prompt: $0.prompt, reference: $0.reference, answer: $0.answer)
            }
        )
        try Files.makeFolder(folder.samples, below: folder.path)
        let text = try encodeJSON(samples)
        try Files.write(Array(text.utf8), to: "\(folder.samples)/step-\(step).json")
        let tag = Tag(RunTag.samples, try encodeJSON(samples.shortened))
        try log(Batch(tags: [tag]), published: .samples)
        events.publish(.sampled(run: run, samples))
    }

    private func record(_ alert: MonitorAlert) throws {
        var alert = RunAlert(
            step: alert.step,
            monitor: alert.monitor.rawValue,
            message: alert.message,
            action: alert.action.rawValue
        )
        // A step that is computed again raises its alerts again.
        guard !alerts.contains(where: { $0.isSame(as: alert) }) else { return }
        try raise(alert)
        alert.number = (alerts.last?.number ?? alerts.count) + 1
        alerts = (alerts + [alert]).suffix(Self.maxAlerts)
        try storeAlerts(published: .alert)
        events.publish(.alerted(run: run, alert))
    }

    /// Raises an alert of the workspace, once however often the event is sent.
    private func raise(_ alert: RunAlert) throws {
        let isGrave = alert.action == MonitorAction.stop.rawValue
        try opened.store.raise(
            AlertRequest(
                isGrave ? .error : .warning,
                "\(alert.monitor) in \(runName) at step \(alert.step)",
                text: alert.message,
                source: Alert.Source(.monitor, name: alert.monitor, run: run),
                identity: "monitor \(run) \(alert.monitor) \(alert.action)"
            )
        )
    }

    /// Stores the newest alerts with the run, as many as fit in a tag.
    private func storeAlerts(published change: RunChange) throws {
        var text = try encodeJSON(alerts)
        while text.utf8.count > Self.maxTagBytes, alerts.count > 1 {
            alerts.removeFirst()
            text = try encodeJSON(alerts)
        }
        try log(Batch(tags: [Tag(RunTag.alerts, text)]), published: change)
    }

    private static let maxTagBytes = 7500
    /// The maximum number of stored alerts.
    private static let maxAlerts = 40

    /// The steps from `step` on are computed again, with other numbers.
    private func goBack(to step: Int, leftOut rows: [String]) {
        recordedStep = nil
        recordedEvaluation = nil
        losses.removeAll { $0.step >= step }
        let names = rows.prefix(3).joined(separator: ", ")
        let more = rows.count > 3 ? " and \(rows.count - 3) more" : ""
        opened.log.warning("Run \(run) went back to step \(step), without \(names)\(more)")
        if let last = alerts.indices.last, alerts[last].action == MonitorAction.goBack.rawValue {
            alerts[last].outcome = "It went back to step \(step), without the rows \(names)\(more)."
            try? storeAlerts(published: .changed)
        }
        opened.notices.publish(
            Notice(.warning, "Went back to step \(step), without the rows \(names)\(more).")
        )
        events.publish(.changed(run: run))
    }

    private func recordCheckpoint(nextStep: Int) throws {
        let tag = Tag(RunTag.resumableStep, "\(nextStep)")
        try log(Batch(tags: [tag]), published: .checkpoint)
        resumableStep = nextStep
        events.publish(.checkpointed(run: run, nextStep: nextStep))
    }

    /// - Parameter change: What this recorder publishes itself once the batch is committed.
    @discardableResult
    private func log(_ batch: Batch, published change: RunChange? = nil) throws -> Int? {
        try opened.store.log(batch, run: run, by: .execution(mark: hold.mark), published: change)
    }

    @discardableResult
    private func log(_ values: [(String, Double)], step: Int) throws -> Int? {
        let now = TrackingStore.systemMilliseconds()
        let metrics = values.map { Metric(TrackingKey($0.0), $0.1, timestamp: now, step: step) }
        return try log(Batch(metrics: metrics), published: .metrics)
    }
}

extension RunSamples {
    /// As much as fits in a tag.
    fileprivate var shortened: RunSamples {
        var short = self
        short.samples = samples.prefix(4).map {
            Sample(
                prompt: String($0.prompt.prefix(300)),
                reference: $0.reference.map { String($0.prefix(300)) },
                answer: String($0.answer.prefix(600))
            )
        }
        return short
    }
}
