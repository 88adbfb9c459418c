import JSON
import Tracking

extension Route {
    static let metrics: [Route] = [
        .get("metrics/get-history") { request, tracker in
            let found = try tracker.store.metricPoints(
                TrackingKey(request.text("metric_key")),
                run: request.runID(),
                limit: request.optionalInteger("max_results") ?? 25_000,
                pageToken: request.optionalText("page_token")
            )
            return WireReply.page("metrics", found, WireReply.metric)
        },
        .get("metrics/get-history-bulk") { request, tracker in
            let runs = try request.texts("run_id")
            guard (1...100).contains(runs.count) else {
                throw WireError(
                    .invalidParameter,
                    "GetMetricHistoryBulk request must specify 1 to 100 run_ids; got \(runs.count)."
                )
            }
            let key = TrackingKey(try request.text("metric_key"))
            var left = min(try request.optionalInteger("max_results") ?? 25_000, 25_000)
            var metrics: [JSONValue] = []
            for run in runs where left > 0 {
                let points = try tracker.store.metricPoints(key, run: run, limit: left).items
                left -= points.count
                metrics += points.map { WireReply.point($0, run: run) }
            }
            return ["metrics": .array(metrics)]
        },
        .get("metrics/get-history-bulk-interval") { request, tracker in
            let most = min(try request.optionalInteger("max_results") ?? 2500, 2500)
            let key = TrackingKey(try request.text("metric_key"))
            let (first, last) = (
                try request.optionalInteger("start_step") ?? .min,
                try request.optionalInteger("end_step") ?? .max
            )
            var metrics: [JSONValue] = []
            let runs = Set(try request.texts("run_ids"))
            guard (1...100).contains(runs.count) else {
                throw WireError(.invalidParameter, "1 to 100 run_ids are taken; got \(runs.count).")
            }
            for run in runs.sorted() {
                let points = try tracker.store.metricPoints(key, run: run, limit: 250_000).items
                    .filter { first...max(first, last) ~= $0.step }
                metrics += spread(points, over: max(1, most)).map { WireReply.point($0, run: run) }
            }
            return ["metrics": .array(metrics)]
        },
    ]

    /// At most so many of the points, evenly spread, the last one always among them.
    private static func spread(_ points: [Metric], over most: Int) -> [Metric] {
        guard points.count > most else { return points }
        let chosen = (0..<most).map { points[$0 * points.count / most] }
        return chosen.dropLast() + points.suffix(1)
    }
}

extension WireReply {
    /// A point that says whose it is.
    static func point(_ metric: Metric, run: String) -> JSONValue {
        [
            "key": .string(metric.key.text), "value": .number(metric.value),
            "timestamp": .integer(metric.timestamp), "step": .integer(metric.step),
            "run_id": .string(run),
        ]
    }
}
