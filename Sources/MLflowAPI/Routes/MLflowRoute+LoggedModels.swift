import JSON
import Tracking

extension MLflowRoute {
    static let loggedModels: [MLflowRoute] = [
        .post("logged-models") { request, tracker in
            let experiment = try request.experimentID()
            var new = NewLoggedModel(name: try request.optionalText("name") ?? "")
            try LoggedModel.check(name: new.name)
            new.experimentID = experiment
            new.modelType = try request.optionalText("model_type")
            new.sourceRun = try request.name("source_run_id")
            new.params = try request.params()
            new.tags = try request.tags()
            return ["model": WireReply.loggedModel(try tracker.store.createLoggedModel(new))]
        },
        .ask("logged-models/search") { request, tracker in
            let experiments = try request.experimentIDs()
            let rules = try request.objects("order_by")
            let found = try tracker.store.searchLoggedModels(
                experiments: experiments,
                filter: request.optionalText("filter") ?? "",
                datasets: request.objects("datasets").map { try $0.modelDataset() },
                orderBy: rules.map { rule in
                    let isAscending = try !rule.has("ascending") || rule.boolean("ascending")
                    return "\(quoted(try rule.text("field_name"))) \(isAscending ? "ASC" : "DESC")"
                },
                orderDatasets: rules.map { rule in
                    rule.has("dataset_name") ? try rule.modelDataset() : nil
                },
                limit: request.optionalInteger("max_results") ?? 100,
                pageToken: request.optionalText("page_token")
            )
            return WireReply.page("models", found, WireReply.loggedModel)
        },
        .get("logged-models/{model_id}") { request, tracker in
            let model = try tracker.store.loggedModel(request.text("model_id"))
            return ["model": WireReply.loggedModel(model)]
        },
        .patch("logged-models/{model_id}") { request, tracker in
            let text = try request.text("status")
            let status: LoggedModel.Status
            switch text {
            case "LOGGED_MODEL_PENDING": status = .pending
            case "LOGGED_MODEL_READY": status = .ready
            case "LOGGED_MODEL_UPLOAD_FAILED": status = .failed
            default:
                throw request.invalid("status", .string(text), "it must be a model's status")
            }
            let model = try tracker.store.finishLoggedModel(
                request.text("model_id"),
                status: status
            )
            return ["model": WireReply.loggedModel(model)]
        },
        .delete("logged-models/{model_id}") { request, tracker in
            try tracker.store.deleteLoggedModel(request.text("model_id"))
            return WireReply.empty
        },
        .patch("logged-models/{model_id}/tags") { request, tracker in
            try tracker.store.setTags(request.tags(), ofModel: request.text("model_id"))
            return WireReply.empty
        },
        .delete("logged-models/{model_id}/tags/{tag_key}") { request, tracker in
            try tracker.store.deleteTag(
                request.tagKey("tag_key"),
                ofModel: request.text("model_id")
            )
            return WireReply.empty
        },
        .post("logged-models/{model_id}/params") { request, tracker in
            try tracker.store.logParams(request.params(), ofModel: request.text("model_id"))
            return WireReply.empty
        },
        .get("logged-models/{model_id}/artifacts/directories") { request, tracker in
            let model = try tracker.store.loggedModel(request.text("model_id"))
            return try tracker.artifacts.listing(
                of: model.artifactLocation,
                below: request.optionalText("artifact_directory_path")
            )
        },
    ]

    /// A name as the search language takes it, whatever is in it.
    private static func quoted(_ name: String) -> String {
        guard let dot = name.firstIndex(of: ".") else { return name }
        let key = name[name.index(after: dot)...].replacing("`", with: "``")
        return "\(name[..<dot]).`\(key)`"
    }
}
