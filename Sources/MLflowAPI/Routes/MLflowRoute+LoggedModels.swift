import JSON
import Tracking
import Workspace

extension MLflowRoute {
    static let loggedModels: [MLflowRoute] = [
        .post("logged-models") { request, services in
            let experiment = try request.experimentID()
            var new = NewLoggedModel(name: try request.optionalText("name") ?? "")
            try LoggedModel.check(name: new.name)
            new.experimentID = experiment
            new.modelType = try request.optionalText("model_type")
            new.sourceRun = try request.name("source_run_id")
            new.params = try request.params()
            new.tags = try request.tags()
            return ["model": WireReply.loggedModel(try services.tracker.createLoggedModel(new))]
        },
        .search("logged-models/search") { request, services in
            let experiments = try request.experimentIDs()
            let rules = try request.objects("order_by")
            let question = SearchQuestion(
                filter: try request.optionalText("filter") ?? "",
                orderBy: try rules.map { rule in
                    let isAscending = try !rule.has("ascending") || rule.boolean("ascending")
                    return "\(quoted(try rule.text("field_name"))) \(isAscending ? "ASC" : "DESC")"
                },
                limit: try request.optionalInteger("max_results") ?? 100,
                pageToken: try request.optionalText("page_token")
            )
            let found = try services.tracker.searchLoggedModels(
                question,
                experiments: experiments,
                datasets: request.objects("datasets").map { try $0.modelDataset() },
                orderDatasets: rules.map { rule in
                    rule.has("dataset_name") ? try rule.modelDataset() : nil
                }
            )
            return WireReply.page("models", found, WireReply.loggedModel)
        },
        .get("logged-models/{model_id}") { request, services in
            let model = try services.tracker.loggedModel(request.text("model_id"))
            return ["model": WireReply.loggedModel(model)]
        },
        .patch("logged-models/{model_id}") { request, services in
            let text = try request.text("status")
            let status: LoggedModel.Status
            switch text {
            case "LOGGED_MODEL_PENDING": status = .pending
            case "LOGGED_MODEL_READY": status = .ready
            case "LOGGED_MODEL_UPLOAD_FAILED": status = .failed
            default:
                throw request.invalid("status", .string(text), "it must be a model's status")
            }
            let model = try services.tracker.finishLoggedModel(
                request.text("model_id"),
                status: status
            )
            return ["model": WireReply.loggedModel(model)]
        },
        .delete("logged-models/{model_id}") { request, services in
            try services.tracker.deleteLoggedModel(request.text("model_id"))
            return WireReply.empty
        },
        .patch("logged-models/{model_id}/tags") { request, services in
            try services.tracker.setTags(request.tags(), ofModel: request.text("model_id"))
            return WireReply.empty
        },
        .delete("logged-models/{model_id}/tags/{tag_key}") { request, services in
            try services.tracker.deleteTag(
                request.tagKey("tag_key"),
                ofModel: request.text("model_id")
            )
            return WireReply.empty
        },
        .post("logged-models/{model_id}/params") { request, services in
            try services.tracker.log(request.params(), ofModel: request.text("model_id"))
            return WireReply.empty
        },
        .get("logged-models/{model_id}/artifacts/directories") { request, services in
            let model = try services.tracker.loggedModel(request.text("model_id"))
            return try services.artifacts.listing(
                of: model.artifactLocation,
                below: request.optionalText("artifact_directory_path")
            )
        },
    ]

    /// A name quoted for the search language.
    private static func quoted(_ name: String) -> String {
        guard let dot = name.firstIndex(of: ".") else { return name }
        let key = name[name.index(after: dot)...].replacing("`", with: "``")
        return "\(name[..<dot]).`\(key)`"
    }
}
