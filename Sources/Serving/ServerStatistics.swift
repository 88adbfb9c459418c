import NIOConcurrencyHelpers
import Tracking

/// What `/metrics` says of the server, in Prometheus' text format.
final class ServerStatistics: Sendable {
    private struct Counts {
        var requests: [Int: Int] = [:]
        var seconds = 0.0
    }

    private let counts = NIOLockedValueBox(Counts())

    func count(_ status: Int, _ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        counts.withLockedValue { counts in
            counts.requests[status, default: 0] += 1
            counts.seconds += Double(seconds) + Double(attoseconds) * 1e-18
        }
    }

    var text: String {
        let counts = counts.withLockedValue { $0 }
        var lines = [
            "# HELP workbench_http_requests_total Calls answered, by status.",
            "# TYPE workbench_http_requests_total counter",
        ]
        for (status, count) in counts.requests.sorted(by: { $0.key < $1.key }) {
            lines.append("workbench_http_requests_total{status=\"\(status)\"} \(count)")
        }
        lines += [
            "# HELP workbench_http_request_seconds_total Time spent on answering.",
            "# TYPE workbench_http_request_seconds_total counter",
            "workbench_http_request_seconds_total \(counts.seconds)",
        ]
        return lines.joined(separator: "\n") + "\n"
    }
}

/// How many runs there are in each state, and the last metrics of those that go on.
struct RunGauges {
    let text: String
    private static let mostRuns = 50

    init(_ store: TrackingStore) throws {
        var lines = [
            "# HELP workbench_runs Runs that are not in the bin, by status.",
            "# TYPE workbench_runs gauge",
        ]
        for status in RunStatus.allCases {
            var query = RunQuery()
            query.statuses = [status]
            let count = try store.countRuns(query)
            lines.append("workbench_runs{status=\"\(status.rawValue)\"} \(count)")
        }
        var running = RunQuery()
        running.statuses = [.running]
        running.limit = Self.mostRuns
        running.details = .metrics
        lines += [
            "# HELP workbench_run_metric The last value of a metric of a live run.",
            "# TYPE workbench_run_metric gauge",
        ]
        for run in try store.runs(running) {
            for metric in run.metrics.values.sorted(by: { $0.key < $1.key }) {
                let labels = [
                    ("experiment_id", String(run.experimentID)), ("run_id", run.id),
                    ("run_name", run.name), ("metric", metric.key.text),
                ]
                let list = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
                let value = metric.value.isNaN ? "NaN" : "\(metric.value)"
                lines.append("workbench_run_metric{\(list)} \(value)")
            }
        }
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing(
            "\n",
            with: "\\n"
        )
    }
}
