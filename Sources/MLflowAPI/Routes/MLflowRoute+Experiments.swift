import HTTPServer
import JSON
import Platform
import Tracking
import Workspace

extension MLflowRoute {
    static let experiments: [MLflowRoute] = [
        .post("experiments/create") { request, services in
            let name = try request.text("name")
            let experiment = try services.tracker.createExperiment(
                named: name,
                artifactLocation: request.name("artifact_location").map(ArtifactLocation.chosen),
                tags: request.tags()
            )
            return ["experiment_id": .string(String(experiment.id))]
        },
        .search("experiments/search", searchExperiments),
        .get("experiments/search", searchExperiments),
        .get("experiments/get") { request, services in
            let experiment = try services.tracker.experiment(request.experimentID())
            return ["experiment": WireReply.experiment(experiment)]
        },
        .get("experiments/get-by-name") { request, services in
            let name = try request.text("experiment_name")
            guard let experiment = try services.tracker.experiment(named: name) else {
                throw ServerError(
                    .doesNotExist,
                    "Could not find experiment with name '\(ArtifactPath.shown(name))'"
                )
            }
            return ["experiment": WireReply.experiment(experiment)]
        },
        .post("experiments/delete") { request, services in
            try services.tracker.deleteExperiment(request.experimentID())
            return WireReply.empty
        },
        .post("experiments/restore") { request, services in
            try services.tracker.restoreExperiment(request.experimentID())
            return WireReply.empty
        },
        .post("experiments/update") { request, services in
            let id = try request.experimentID()
            try services.tracker.renameExperiment(id, to: request.text("new_name"))
            return WireReply.empty
        },
        .post("experiments/set-experiment-tag") { request, services in
            let id = try request.experimentID()
            try services.tracker.setTag(request.tag(), ofExperiment: id)
            return WireReply.empty
        },
        .post("experiments/delete-experiment-tag") { request, services in
            let id = try request.experimentID()
            try services.tracker.deleteTag(request.tagKey(), ofExperiment: id)
            return WireReply.empty
        },
    ]

    /// The datasets of experiments' runs, which MLflow's pages offer as filters.
    static let datasets: [MLflowRoute] = [
        .search("experiments/search-datasets") { request, services in
            let experiments = try request.experimentIDs()
            guard (1...20).contains(experiments.count) else {
                throw ServerError(
                    .invalidParameter,
                    "SearchDatasets request must specify 1 to 20 experiment_ids. Received "
                        + "\(experiments.count)."
                )
            }
            let found = try services.tracker.datasets(ofExperiments: experiments)
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
        services in
        let found = try services.tracker.searchExperiments(
            request.question(limit: 1000),
            view: request.view("view_type")
        )
        return WireReply.page("experiments", found, WireReply.experiment)
    }
}
