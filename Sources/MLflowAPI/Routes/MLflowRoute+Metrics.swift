import HTTPServer
import JSON
import Platform
import Tracking
import Workspace

extension MLflowRoute {
    static let metrics: [MLflowRoute] = [
        .get("metrics/get-history") { request, services in
            let found = try services.tracker.metricPoints(
                TrackingKey(request.text("metric_key")),
                run: request.runID(),
                limit: request.optionalInteger("max_results") ?? 25_000,
                pageToken: request.optionalText("page_token")
            )
            return WireReply.page("metrics", found, WireReply.metric)
        },
        .get("metrics/get-history-bulk") { request, services in
            let runs = try request.texts("run_id")
            guard !runs.isEmpty else {
                throw ServerError(
                    .invalidParameter,
                    "GetMetricHistoryBulk request must specify at least one run_id."
                )
            }
            try check(runs, "GetMetricHistoryBulk request cannot specify")
            guard let key = try request.name("metric_key") else {
                throw ServerError(
                    .invalidParameter,
                    "GetMetricHistoryBulk request must specify a metric_key."
                )
            }
            let maximum = min(try request.optionalInteger("max_results") ?? 25_000, 25_000)
            let found = try services.tracker.metricPoints(
                TrackingKey(key),
                runs: runs,
                limit: maximum
            )
            return ["metrics": .array(found.map { WireReply.point($0.metric, run: $0.run) })]
        },
        .get("metrics/get-history-bulk-interval") { request, services in
            let runs = try request.texts("run_ids")
            guard !runs.isEmpty else { throw request.missing("run_ids") }
            try check(runs, "GetMetricHistoryBulkInterval request cannot specify")
            let key = TrackingKey(try request.text("metric_key"))
            let maximum = try request.optionalInteger("max_results") ?? 2500
            guard (1...2500).contains(maximum) else {
                throw ServerError(.invalidParameter, "max_results must be between 1 and 2500.")
            }
            let steps = try steps(request)
            var metrics: [JSONValue] = []
            for run in runs {
                let points = try services.tracker.sampledPoints(
                    key,
                    run: run,
                    steps: steps,
                    maximum: maximum
                )
                metrics += points.map { WireReply.point($0, run: run) }
            }
            return ["metrics": .array(metrics)]
        },
    ]

    private static func check(_ runs: [String], _ what: String) throws(ServerError) {
        guard runs.count > 100 else { return }
        throw ServerError(
            .invalidParameter,
            "\(what) more than 100 run_ids. Received \(runs.count) run_ids."
        )
    }

    /// The requested range of steps; nil for all.
    private static func steps(_ request: WireRequest) throws(ServerError) -> ClosedRange<Int>? {
        switch (
            try request.optionalInteger("start_step"), try request.optionalInteger("end_step")
        ) {
        case (nil, nil): return nil
        case (let first?, let last?) where first <= last: return first...last
        case (let first?, let last?):
            throw ServerError(
                .invalidParameter,
                "end_step must be greater than start_step. Found start_step=\(first) and "
                    + "end_step=\(last)."
            )
        default:
            throw ServerError(
                .invalidParameter,
                "If either start step or end step are specified, both must be specified."
            )
        }
    }
}

extension WireReply {
    /// A point with its run's id.
    static func point(_ metric: Metric, run: String) -> JSONValue {
        [
            "key": .string(metric.key.text), "value": .number(metric.value),
            "timestamp": .integer(metric.timestamp), "step": .integer(metric.step),
            "run_id": .string(run),
        ]
    }
}
