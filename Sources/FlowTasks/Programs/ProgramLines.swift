import Platform
import Runs
import Workflows

/// Writes the lines of a program to the task's log, and the metrics in them to the tracker.
final class ProgramLines {
    private let call: TaskCall
    private let services: any TaskServices
    private var lines = MetricLines()
    private var pending: [TaskMetric] = []
    private var sentAt = ContinuousClock.now
    private var hasFailed = false
    private var progress = ""

    /// The seconds between two writes of metrics.
    private static let interval = Duration.milliseconds(500)
    /// The number of metrics that are kept for one write.
    private static let most = 500

    init(_ call: TaskCall, _ services: any TaskServices) {
        self.call = call
        self.services = services
    }

    /// Takes a line, or the present state of one that is being overwritten.
    ///
    /// Both outputs are read as one: a program may print its metrics to one, and the progress bar that
    /// has their steps to the other.
    func take(_ text: String, isUpdate: Bool) {
        if !isUpdate { call.log(text) }
        note(lines.read(text.utf8, isUpdate: isUpdate))
    }

    /// Sends what is left.
    func finish() {
        note(lines.finish())
        send()
    }

    private func note(_ reading: MetricReading) {
        if let done = reading.done {
            let total = reading.total
            let text = "step \(done)\(total.map { " of \($0)" } ?? "")"
            if text != progress {
                progress = text
                call.progress(total.map { min(1, Double(done) / Double(max(1, $0))) }, text)
            }
        }
        guard call.run != nil, !reading.metrics.isEmpty else { return }
        pending += reading.metrics.map { TaskMetric($0.name, $0.value, step: $0.step) }
        if pending.count >= Self.most || .now - sentAt >= Self.interval { send() }
    }

    private func send() {
        guard let run = call.run, !pending.isEmpty else { return }
        do {
            try services.log(pending, run: run)
        } catch {
            // The program continues; its metrics are in the log too.
            if !hasFailed { call.log("[its metrics could not be stored: \(error)]") }
            hasFailed = true
        }
        pending = []
        sentAt = .now
    }
}
