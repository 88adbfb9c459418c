package import Tracking

/// The held-out loss by which a run is judged.
package enum BestEvaluation {
    /// The loss that lists, comparisons and versions show: the lowest, or the last where another
    /// program logged the run and keeps no lowest.
    package static func loss(lowest: Double?, last: Double?) -> Double? { lowest ?? last }

    /// The lowest loss stored with a run.
    package static func measurement(of record: RunRecord) -> RunSummary.Measurement? {
        record.metrics[TrackingKey(MetricName.bestEvaluationLoss)].map {
            RunSummary.Measurement(value: $0.value, step: Metric.drawable($0.step))
        }
    }
}

extension RunSummary.Measurement? {
    /// Whether a loss is the lowest so far; NaN never is.
    package func isImproved(by loss: Double) -> Bool { loss < self?.value ?? .infinity }
}
