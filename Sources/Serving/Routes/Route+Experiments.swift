import JSON
import Tracking

extension Route {
    static let experiments: [Route] = [
        .post("experiments/create") { request, tracker in
            let experiment = try tracker.store.createExperiment(
                named: request.text("name"),
                artifactLocation: request.optionalText("artifact_location")
                    .flatMap { $0.isEmpty ? nil : ArtifactLocation.stored($0) },
                tags: request.tags()
            )
            return ["experiment_id": .string(String(experiment.id))]
        },
        .ask("experiments/search", searchExperiments),
        .get("experiments/search", searchExperiments),
        .get("experiments/get") { request, tracker in
            let experiment = try tracker.store.experiment(id: request.experimentID())
            return ["experiment": WireReply.experiment(experiment)]
        },
        .get("experiments/get-by-name") { request, tracker in
            let name = try request.text("experiment_name")
            guard let experiment = try tracker.store.experiment(named: name) else {
                throw WireError(
                    .doesNotExist,
                    "Could not find experiment with name '\(name)'"
                )
            }
            return ["experiment": WireReply.experiment(experiment)]
        },
        .post("experiments/delete") { request, tracker in
            try tracker.store.deleteExperiment(request.experimentID())
            return WireReply.empty
        },
        .post("experiments/restore") { request, tracker in
            try tracker.store.restoreExperiment(request.experimentID())
            return WireReply.empty
        },
        .post("experiments/update") { request, tracker in
            let id = try request.experimentID()
            if let name = try request.optionalText("new_name") {
                try tracker.store.renameExperiment(id, to: name)
            }
            return WireReply.empty
        },
        .post("experiments/set-experiment-tag") { request, tracker in
            try tracker.store.setTags([request.tag()], ofExperiment: request.experimentID())
            return WireReply.empty
        },
        .post("experiments/delete-experiment-tag") { request, tracker in
            try tracker.store.deleteTag(
                TrackingKey(request.text("key")),
                ofExperiment: request.experimentID()
            )
            return WireReply.empty
        },
    ]

    private static let searchExperiments: Answer = {
        request,
        tracker in
        let found = try tracker.store.searchExperiments(
            filter: request.optionalText("filter") ?? "",
            orderBy: request.texts("order_by"),
            view: request.view("view_type"),
            limit: request.optionalInteger("max_results") ?? 1000,
            pageToken: request.optionalText("page_token")
        )
        return WireReply.page("experiments", found, WireReply.experiment)
    }
}
