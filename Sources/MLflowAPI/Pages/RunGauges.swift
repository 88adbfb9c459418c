import Tracking
import Workspace

/// The number of runs by status, and the last metrics of live runs, in Prometheus' text format.
struct RunGauges {
    let text: String
    private static let maximumRuns = 50

    init(_ tracker: TrackingService) throws {
        var lines = [
            "# HELP workbench_runs Runs that are not in the trash, by status.",
            "# TYPE workbench_runs gauge",
        ]
        for status in RunStatus.allCases {
            var query = RunQuery()
            query.statuses = [status]
            let count = try tracker.countRuns(query)
            lines.append("workbench_runs{status=\"\(status.rawValue)\"} \(count)")
        }
        var running = RunQuery()
        running.statuses = [.running]
        running.limit = Self.maximumRuns
        running.details = .metrics
        lines += [
            "# HELP workbench_run_metric The last value of a metric of a live run.",
            "# TYPE workbench_run_metric gauge",
        ]
        for run in try tracker.runs(running) {
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
