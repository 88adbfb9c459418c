package import FoundationEssentials
import Tracking
import Training

/// Makes summaries of runs from the store and their locks.
package struct RunReader: Sendable {
    /// A run of another program is silent after so many seconds without metrics.
    private static let silence = 300.0
    /// The number of points of the loss curve in a summary.
    static let tailCount = 24

    let opened: OpenedFolder
    /// The runs that this process executes, and why they wait, if they wait.
    let executed: [String: String?]

    /// Summaries of runs, in their order.
    func summaries(_ records: [RunRecord]) throws -> [RunSummary] {
        let experiments = try opened.store.experiments(.all)
        let names = Dictionary(experiments.map { ($0.id, $0.name) }) { first, _ in first }
        return try records.map { record in
            try summary(record, experiment: names[record.experimentID] ?? "\(record.experimentID)")
        }
    }

    private func summary(_ record: RunRecord, experiment: String) throws -> RunSummary {
        let holder = record.status.isTerminal ? nil : holder(of: record)
        var summary = RunSummary(
            id: record.id,
            name: record.name,
            experiment: experiment,
            experimentID: "\(record.experimentID)",
            status: status(record, holder: holder)
        )
        summary.startedAt = record.startTime.map(Self.date)
        summary.endedAt = record.endTime.map(Self.date)
        summary.lastActivityAt = record.metrics.values.map(\.timestamp).max().map(Self.date)
        summary.parameters = Self.dictionary(record.params)
        summary.metrics = Self.dictionary(record.metrics).mapValues(\.value)
        summary.tags = Self.dictionary(record.tags)
        summary.isDeleted = record.lifecycle == .deleted
        summary.isMine = executed[record.id] != nil
        summary.ownerProcess = holder
        addProgress(of: record, to: &summary)
        addOrigin(of: record, to: &summary)
        summary.lossTail = try lossTail(record, isLive: summary.status.isLive)
        return summary
    }

    private func status(_ record: RunRecord, holder: Int32?) -> RunCondition {
        switch record.status {
        case .finished: return .finished
        case .failed: return .failed
        case .killed: return record.tags[RunTag.ending] == "crashed" ? .crashed : .stopped
        case .scheduled, .running:
            guard record.tags[RunTag.owner] != nil else { return foreignStatus(record) }
            guard holder != nil || executed[record.id] != nil else { return .crashed }
            if let waits = executed[record.id] { return waits == nil ? .running : .paused }
            let reason = record.tags[RunTag.paused] ?? ""
            return reason.isEmpty ? .running : .paused
        }
    }

    private func foreignStatus(_ record: RunRecord) -> RunCondition {
        if record.status == .scheduled { return .scheduled }
        let times = record.metrics.values.map(\.timestamp) + [record.startTime].compactMap { $0 }
        guard let last = times.max() else { return .silent }
        return Date().timeIntervalSince(Self.date(last)) > Self.silence ? .silent : .running
    }

    private func holder(of record: RunRecord) -> Int32? {
        guard record.tags[RunTag.owner] != nil else { return nil }
        return opened.executor(of: record)
    }

    private func addProgress(of record: RunRecord, to summary: inout RunSummary) {
        summary.loss = summary.metrics[MetricName.loss]
        summary.evaluationLoss = summary.metrics[MetricName.evaluationLoss]
        summary.learningRate = summary.metrics[MetricName.learningRate]
        summary.gradientNorm = summary.metrics[MetricName.gradientNorm]
        summary.tokensPerSecond = summary.metrics[MetricName.tokensPerSecond]
        summary.bestEvaluation = BestEvaluation.measurement(of: record)
        let last = record.metrics[TrackingKey(MetricName.loss)]?.step
        summary.stepsDone = last.map { max(0, Metric.drawable($0) + 1) } ?? 0
        summary.totalSteps = record.tags[RunTag.totalSteps].flatMap { Int($0) }
            .map { max(0, Metric.drawable($0)) }
        // Other programs often count their steps from 1.
        if record.tags[RunTag.script] != nil, let total = summary.totalSteps {
            summary.stepsDone = min(summary.stepsDone, total)
        }
        summary.resumableStep = record.tags[RunTag.resumableStep].flatMap { Int($0) }
        if summary.status == .running, let total = summary.totalSteps,
            let pace = summary.metrics[MetricName.secondsPerStep]
        {
            summary.secondsRemaining = Double(max(0, total - summary.stepsDone)) * pace
        }
        let waits = executed[record.id] ?? record.tags[RunTag.paused]
        summary.failure =
            switch summary.status {
            case .failed: record.tags[RunTag.failure]
            case .paused: waits
            default: nil
            }
    }

    private func addOrigin(of record: RunRecord, to summary: inout RunSummary) {
        summary.model = summary.parameters["model"]
        summary.modelPath = record.tags[RunTag.modelPath]
        summary.method = summary.parameters["method"]
        let input = record.inputs.first { $0.context == "training" } ?? record.inputs.first
        summary.dataset = input.map { "\($0.dataset.name)@\($0.dataset.digest.prefix(8))" }
        summary.alerts = record.alerts
        summary.samples = record.samples
        summary.cost = record.cost
        summary.conclusion = record.tags[RunTag.conclusion]
        summary.origin = record.tags[RunTag.origin]
        summary.previousPhase = record.tags[RunTag.follows]
        summary.laterPhases = (record.tags[RunTag.then] ?? "").split(separator: ",")
            .map(String.init)
        if let result = record.result {
            summary.resultPath = "\(opened.path(of: record.artifactURI))/\(result)"
        }
    }

    /// An ended run has its curve in a tag; that of a live run is read from its newest rows.
    private func lossTail(_ record: RunRecord, isLive: Bool) throws -> [Double] {
        if let text = record.tags[RunTag.lossTail], !isLive {
            return text.split(separator: ",").compactMap { Double($0) }
        }
        guard isLive, record.metrics[TrackingKey(MetricName.loss)] != nil else { return [] }
        return try reducedLosses(of: record.id)
    }

    /// The curve as the tag of an ended run has it.
    func lossTail(of run: String) throws -> String {
        Self.lossTail(try reducedLosses(of: run))
    }

    static func lossTail(_ losses: [Double]) -> String {
        losses.map { "\($0)" }.joined(separator: ",")
    }

    private func reducedLosses(of run: String) throws -> [Double] {
        try opened.store
            .reducedHistory(TrackingKey(MetricName.loss), run: run, buckets: Self.tailCount)
            .compactMap(\.last)
    }

    package static func date(_ milliseconds: Int) -> Date {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000)
    }

    /// Of two keys that look the same, one is shown.
    private static func dictionary<Value>(_ values: [TrackingKey: Value]) -> [String: Value] {
        Dictionary(values.map { ($0.key.text, $0.value) }) { first, _ in first }
    }
}
