import HTTPServer
import JSON
import Platform
import Tracking
import Workspace

extension MLflowRoute {
    static let runs: [MLflowRoute] = [
        .post("runs/create") { request, services in
            var new = NewRun()
            new.experimentID = try request.has("experiment_id") ? request.experimentID() : 0
            new.name = try request.optionalText("run_name")
            new.user = try request.optionalText("user_id") ?? ""
            new.tagsUser = false
            new.startTime = try request.optionalInteger("start_time")
            new.tags = try request.tags()
            return ["run": WireReply.run(try services.tracker.createRun(new))]
        },
        .post("runs/update") { request, services in
            let run = try services.tracker.updateRun(
                request.runID(),
                status: request.status(),
                endTime: request.optionalInteger("end_time"),
                name: request.optionalText("run_name")
            )
            return ["run_info": WireReply.info(run)]
        },
        .post("runs/delete") { request, services in
            try services.tracker.deleteRun(request.runID())
            return WireReply.empty
        },
        .post("runs/restore") { request, services in
            try services.tracker.restoreRun(request.runID())
            return WireReply.empty
        },
        .get("runs/get") { request, services in
            ["run": WireReply.run(try services.tracker.run(request.runID()))]
        },
        .search("runs/search") { request, services in
            let found = try services.tracker.searchRuns(
                request.question(limit: 1000),
                experiments: request.experimentIDs(),
                view: request.view("run_view_type")
            )
            return WireReply.page("runs", found, WireReply.run)
        },
        .post("runs/log-metric") { request, services in
            let run = try request.runID()
            try services.tracker.log(batch([request], run: run), run: run)
            return WireReply.empty
        },
        .post("runs/log-parameter") { request, services in
            let run = try request.runID()
            try services.tracker.log(Batch(params: [request.param()]), run: run)
            return WireReply.empty
        },
        .post("runs/set-tag") { request, services in
            let run = try request.runID()
            try services.tracker.log(Batch(tags: [request.tag()]), run: run)
            return WireReply.empty
        },
        .post("runs/delete-tag") { request, services in
            let run = try request.runID()
            try services.tracker.deleteTag(request.tagKey(), run: run)
            return WireReply.empty
        },
        .post("runs/log-batch") { request, services in
            let run = try request.runID()
            let metrics = try request.objects("metrics")
            let (params, tags) = (try request.params(), try request.tags())
            try check(metrics.count, of: "metrics", atMost: 1000)
            try check(params.count, of: "params", atMost: 100)
            try check(tags.count, of: "tags", atMost: 100)
            try check(
                metrics.count + params.count + tags.count,
                of: "metrics, params and tags",
                atMost: 1000
            )
            var batch = try batch(metrics, run: run)
            (batch.params, batch.tags) = (params, tags)
            try services.tracker.log(batch, run: run)
            return WireReply.empty
        },
        .post("runs/log-inputs") { request, services in
            let run = try request.runID()
            let inputs = try request.objects("datasets").map { input in
                let dataset = try input.object("dataset")
                return DatasetInput(
                    TrackedDataset(
                        name: try dataset.text("name"),
                        digest: try dataset.text("digest"),
                        sourceType: try dataset.text("source_type"),
                        source: try dataset.text("source"),
                        schema: try dataset.optionalText("schema"),
                        profile: try dataset.optionalText("profile")
                    ),
                    tags: try input.tags()
                )
            }
            let models = try request.objects("models").map { try $0.text("model_id") }
            try services.tracker.logInputs(inputs, models: models, run: run)
            return WireReply.empty
        },
        .post("runs/outputs") { request, services in
            let run = try request.runID()
            let outputs = try request.objects("models").map { output in
                ModelOutput(
                    model: try output.text("model_id"),
                    step: try output.optionalInteger("step") ?? 0
                )
            }
            try services.tracker.logOutputs(outputs, run: run)
            return WireReply.empty
        },
        .post("runs/log-model") { request, services in
            let run = try request.runID()
            try services.tracker.logModel(description: request.text("model_json"), run: run)
            return WireReply.empty
        },
    ]

    private static func check(
        _ count: Int,
        of what: String,
        atMost maximum: Int
    ) throws(ServerError) {
        guard count > maximum else { return }
        throw ServerError(
            .invalidParameter,
            "A batch logging request can contain at most \(maximum) \(what). Got \(count) \(what)."
        )
    }

    /// Values measured in a run, including those of logged models.
    private static func batch(_ metrics: [WireRequest], run: String) throws -> Batch {
        Batch(
            metrics: try metrics.map { try $0.metric() },
            modelMetrics: try metrics.compactMap { try $0.modelMetric(run: run) }
        )
    }
}
