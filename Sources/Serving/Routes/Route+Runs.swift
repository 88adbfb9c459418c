import JSON
import Tracking

extension Route {
    static let runs: [Route] = [
        .post("runs/create") { request, tracker in
            var new = NewRun()
            new.experimentID = try request.has("experiment_id") ? request.experimentID() : 0
            new.name = try request.optionalText("run_name")
            new.user = try request.optionalText("user_id") ?? ""
            new.tagsUser = false
            new.startTime = try request.optionalInteger("start_time")
            new.tags = try request.tags()
            return ["run": WireReply.run(try tracker.store.createRun(new))]
        },
        .post("runs/update") { request, tracker in
            let run = try tracker.store.updateRun(
                request.runID(),
                status: request.status(),
                endTime: request.optionalInteger("end_time"),
                name: request.optionalText("run_name"),
                details: []
            )
            return ["run_info": WireReply.info(run)]
        },
        .post("runs/delete") { request, tracker in
            try tracker.store.deleteRun(request.runID())
            return WireReply.empty
        },
        .post("runs/restore") { request, tracker in
            try tracker.store.restoreRun(request.runID())
            return WireReply.empty
        },
        .get("runs/get") { request, tracker in
            ["run": WireReply.run(try tracker.store.run(request.runID()))]
        },
        .ask("runs/search") { request, tracker in
            let found = try tracker.store.searchRuns(
                experiments: request.experimentIDs(),
                filter: request.optionalText("filter") ?? "",
                orderBy: request.texts("order_by"),
                view: request.view("run_view_type"),
                limit: request.optionalInteger("max_results") ?? 1000,
                pageToken: request.optionalText("page_token")
            )
            return WireReply.page("runs", found, WireReply.run)
        },
        .post("runs/log-metric") { request, tracker in
            try log([request], run: request.runID(), to: tracker)
            return WireReply.empty
        },
        .post("runs/log-parameter") { request, tracker in
            let param = Param(
                TrackingKey(try request.text("key")),
                try request.optionalText("value") ?? ""
            )
            try tracker.store.log(Batch(params: [param]), run: request.runID())
            return WireReply.empty
        },
        .post("runs/set-tag") { request, tracker in
            try tracker.store.log(Batch(tags: [request.tag()]), run: request.runID())
            return WireReply.empty
        },
        .post("runs/delete-tag") { request, tracker in
            try tracker.store.deleteTag(TrackingKey(request.text("key")), run: request.runID())
            return WireReply.empty
        },
        .post("runs/log-batch") { request, tracker in
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
            try log(metrics, params, tags, run: request.runID(), to: tracker)
            return WireReply.empty
        },
        .post("runs/log-inputs") { request, tracker in
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
            try tracker.store.logInputs(inputs, run: request.runID())
            return WireReply.empty
        },
        .post("runs/outputs") { request, tracker in
            let outputs = try request.objects("models").map { output in
                ModelOutput(
                    model: try output.text("model_id"),
                    step: try output.optionalInteger("step") ?? 0
                )
            }
            try tracker.store.logOutputs(outputs, run: request.runID())
            return WireReply.empty
        },
        .post("runs/log-model") { request, tracker in
            // What older clients log a model with: a tag with a list of descriptions.
            let key: TrackingKey = "mlflow.log-model.history"
            let run = try tracker.store.run(request.runID(), details: .tags)
            let model = try request.text("model_json")
            let history = run.tags[key] ?? "[]"
            let inside = history.dropFirst().dropLast()
            let list = inside.isEmpty ? "[\(model)]" : "[\(inside), \(model)]"
            try tracker.store.log(Batch(tags: [Tag(key, list)]), run: run.id)
            return WireReply.empty
        },
    ]

    private static func check(_ count: Int, of what: String, atMost most: Int) throws(WireError) {
        guard count > most else { return }
        throw WireError(
            .invalidParameter,
            "A batch logging request can contain at most \(most) \(what). Got \(count) \(what)."
        )
    }

    /// Logs to a run, and metrics that were measured on a model to that as well.
    private static func log(
        _ metrics: [WireRequest],
        _ params: [Param] = [],
        _ tags: [Tag] = [],
        run: String,
        to tracker: Tracker
    ) throws {
        let batch = Batch(metrics: try metrics.map { try $0.metric() }, params: params, tags: tags)
        try tracker.store.log(batch, run: run)
        for (request, metric) in zip(metrics, batch.metrics) {
            guard let model = try request.optionalText("model_id"), !model.isEmpty else { continue }
            var dataset: TrackedDataset?
            if let name = try request.optionalText("dataset_name"),
                let digest = try request.optionalText("dataset_digest")
            {
                dataset = TrackedDataset(name: name, digest: digest, sourceType: "", source: "")
            }
            try tracker.store.logMetrics([metric], ofModel: model, run: run, dataset: dataset)
        }
    }
}
