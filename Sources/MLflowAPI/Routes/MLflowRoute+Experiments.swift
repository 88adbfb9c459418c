import HTTPServer
import JSON
import Tracking
import Workspace

extension MLflowRoute {
    static let experiments: [MLflowRoute] = [
        .post("experiments/create") { request, tracker in
            let name = try request.text("name")
            let experiment = try tracker.store.createExperiment(
                named: name,
                artifactLocation: request.name("artifact_location").map(ArtifactLocation.chosen),
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
                throw ServerError(
                    .doesNotExist,
                    "Could not find experiment with name '\(ArtifactPath.shown(name))'"
                )
            }
            return ["experiment": WireReply.experiment(experiment)]
        },
        .post("experiments/delete") { request, tracker in
            try tracker.rules.deleteExperiment(request.experimentID())
            return WireReply.empty
        },
        .post("experiments/restore") { request, tracker in
            try tracker.store.restoreExperiment(request.experimentID())
            return WireReply.empty
        },
        .post("experiments/update") { request, tracker in
            let id = try request.experimentID()
            try tracker.store.renameExperiment(id, to: request.text("new_name"))
            return WireReply.empty
        },
        .post("experiments/set-experiment-tag") { request, tracker in
            let id = try request.experimentID()
            try tracker.store.setTags([request.tag()], ofExperiment: id)
            return WireReply.empty
        },
        .post("experiments/delete-experiment-tag") { request, tracker in
            let id = try request.experimentID()
            try tracker.store.deleteTag(request.tagKey(), ofExperiment: id)
            return WireReply.empty
        },
    ]

    /// The datasets that the runs of experiments read, as MLflow's pages offer them for filters.
    static let datasets: [MLflowRoute] = [
        .ask("experiments/search-datasets") { request, tracker in
            let experiments = try request.experimentIDs()
            guard (1...20).contains(experiments.count) else {
                throw ServerError(
                    .invalidParameter,
                    "SearchDatasets request must specify 1 to 20 experiment_ids. Received "
                        + "\(experiments.count)."
                )
            }
            let found = try tracker.store.datasetSummaries(experiments: experiments)
            return [
                "dataset_summaries": .array(
                    found.map {
                        [
                            "experiment_id": .string(String($0.experimentID)),
                            "name": .string($0.name), "digest": .string($0.digest),
                            "context": $0.context.map { .string($0) },
                        ]
                    }
                )
            ]
        }
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
