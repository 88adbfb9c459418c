package import Database
package import Tracking

/// Makes events of the change feed's entries about runs.
package struct RunFeed {
    let store: TrackingStore

    /// Reads the details from this store.
    package init(store: TrackingStore) { self.store = store }

    /// The telemetry of the entries: first all points in the order in which they were logged, then the
    /// rest, each kind once a run.
    package func events(of changes: [Change]) throws -> [RunEvent] {
        var events = try points(of: changes)
        var seen: Set<String> = []
        for change in changes {
            guard let what = RunChange(rawValue: change.what),
                what != .metrics, what != .changed, what != .removed,
                seen.insert("\(change.what) \(change.item)").inserted,
                // It may have been removed.
                let record = try? store.run(change.item, details: [.tags, .metrics])
            else { continue }
            if let event = event(what, record) { events.append(event) }
        }
        return events
    }

    private func event(_ what: RunChange, _ record: RunRecord) -> RunEvent? {
        switch what {
        case .checkpoint:
            return record.tags[RunTag.resumableStep].flatMap { Int($0) }
                .map { .checkpointed(run: record.id, nextStep: $0) }
        case .samples: return record.samples.map { .sampled(run: record.id, $0) }
        case .alert: return record.alerts.last.map { .alerted(run: record.id, $0) }
        case .pause:
            guard let reason = record.tags[RunTag.paused], !reason.isEmpty else { return nil }
            let last = record.metrics[TrackingKey(MetricName.loss)]?.step ?? -1
            return .paused(
                run: record.id,
                step: Metric.drawable(last) + 1,
                reason: reason == RunExecution.pausedReason ? nil : reason
            )
        case .changed, .metrics, .removed: return nil
        }
    }

    /// The points of the entries, a step at a time.
    private func points(of changes: [Change]) throws -> [RunEvent] {
        var points: [(run: String, point: StepPoint)] = []
        for change in changes {
            guard change.what == RunChange.metrics.rawValue, let rows = change.rows else {
                continue
            }
            for metric in try store.metrics(rows: rows) where metric.run == change.item {
                let (step, value) = (metric.point.step, metric.point.value)
                let isEvaluation = [MetricName.evaluationLoss, MetricName.bestEvaluationLoss]
                    .contains(metric.key.text)
                if points.last?.run == metric.run, points.last?.point.step == step {
                    points[points.count - 1].point.metrics[metric.key.text] = value
                    // A held-out loss of the step may have an entry of its own.
                    if !isEvaluation { points[points.count - 1].point.change = change.id }
                } else {
                    let metrics = [metric.key.text: value]
                    var point = StepPoint(step: step, totalSteps: nil, metrics: metrics)
                    point.change = change.id
                    points.append((metric.run, point))
                }
            }
        }
        var totals: [String: Int?] = [:]
        return points.flatMap { run, point in
            let total = totals[run] ?? totalSteps(of: run)
            totals[run] = total
            return Self.events(of: point, run, total)
        }
    }

    private static func events(
        of point: StepPoint,
        _ run: String,
        _ totalSteps: Int?
    ) -> [RunEvent] {
        var point = point
        var events: [RunEvent] = []
        point.metrics[MetricName.bestEvaluationLoss] = nil
        let evaluation = point.metrics.removeValue(forKey: MetricName.evaluationLoss)
        if !point.metrics.isEmpty {
            point.totalSteps = totalSteps
            events.append(.step(run: run, point))
        }
        if let evaluation {
            events.append(.evaluated(run: run, step: point.step, loss: evaluation))
        }
        return events
    }

    private func totalSteps(of run: String) -> Int? {
        let tags = try? store.run(run, details: .tags).tags
        return tags?[RunTag.totalSteps].flatMap { Int($0) }
    }
}
