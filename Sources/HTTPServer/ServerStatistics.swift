import NIOConcurrencyHelpers

/// The counters of a server, in Prometheus' text format.
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
