import JSON
import Registry
import Tracking

/// The workspace's values in MLflow's form.
enum WireReply {
    /// An empty reply.
    static let empty: JSONValue = [:]

    static func experiment(_ experiment: Experiment) -> JSONValue {
        [
            "experiment_id": .string(String(experiment.id)),
            "name": .string(experiment.name),
            "artifact_location": .string(ArtifactLocation.wire(experiment.artifactLocation)),
            "lifecycle_stage": .string(experiment.lifecycle.rawValue),
            "creation_time": .integer(experiment.creationTime),
            "last_update_time": .integer(experiment.lastUpdateTime),
            "tags": list(experiment.tags),
        ]
    }

    static func run(_ run: RunRecord) -> JSONValue {
        [
            "info": info(run),
            "data": [
                "metrics": .array(run.metrics.values.sorted { $0.key < $1.key }.map(metric)),
                "params": list(run.params),
                "tags": list(run.tags),
            ],
            "inputs": [
                "dataset_inputs": .array(run.inputs.map(input)),
                "model_inputs": .array(run.modelInputs.map { ["model_id": .string($0)] }),
            ],
            "outputs": [
                "model_outputs": .array(
                    run.outputs.map {
                        ["model_id": .string($0.model), "step": .integer($0.step)]
                    }
                )
            ],
        ]
    }

    static func info(_ run: RunRecord) -> JSONValue {
        [
            "run_id": .string(run.id), "run_uuid": .string(run.id),
            "run_name": .string(run.name), "experiment_id": .string(String(run.experimentID)),
            "user_id": .string(run.user), "status": .string(run.status.rawValue),
            "start_time": run.startTime.map { .integer($0) },
            "end_time": run.endTime.map { .integer($0) },
            "artifact_uri": .string(ArtifactLocation.wire(run.artifactURI)),
            "lifecycle_stage": .string(run.lifecycle.rawValue),
        ]
    }

    static func metric(_ metric: Metric) -> JSONValue {
        [
            "key": .string(metric.key.text), "value": .number(metric.value),
            "timestamp": .integer(metric.timestamp), "step": .integer(metric.step),
        ]
    }

    private static func modelMetric(_ measured: ModelMetric) -> JSONValue {
        let metric = measured.metric
        return [
            "key": .string(metric.key.text), "value": .number(metric.value),
            "timestamp": .integer(metric.timestamp), "step": .integer(metric.step),
            "dataset_name": measured.datasetName.map { .string($0) },
            "dataset_digest": measured.datasetDigest.map { .string($0) },
            "model_id": .string(measured.model), "run_id": .string(measured.run),
        ]
    }

    private static func input(_ input: DatasetInput) -> JSONValue {
        let dataset = input.dataset
        return [
            "tags": .array(
                input.tags.map { ["key": .string($0.key.text), "value": .string($0.value)] }
            ),
            "dataset": [
                "name": .string(dataset.name), "digest": .string(dataset.digest),
                "source_type": .string(dataset.sourceType), "source": .string(dataset.source),
                "schema": dataset.schema.map { .string($0) },
                "profile": dataset.profile.map { .string($0) },
            ],
        ]
    }

    static func loggedModel(_ model: LoggedModel) -> JSONValue {
        let status =
            switch model.status {
            case .pending: "LOGGED_MODEL_PENDING"
            case .ready: "LOGGED_MODEL_READY"
            case .failed: "LOGGED_MODEL_UPLOAD_FAILED"
            }
        return [
            "info": [
                "model_id": .string(model.id),
                "experiment_id": .string(String(model.experimentID)),
                "name": .string(model.name),
                "creation_timestamp_ms": .integer(model.creationTime),
                "last_updated_timestamp_ms": .integer(model.lastUpdateTime),
                "artifact_uri": .string(ArtifactLocation.wire(model.artifactLocation)),
                "status": .string(status),
                "model_type": model.modelType.map { .string($0) },
                "source_run_id": model.sourceRun.map { .string($0) },
                "status_message": model.statusMessage.map { .string($0) },
                "tags": list(model.tags),
            ],
            "data": [
                "params": list(model.params),
                "metrics": .array(model.metrics.map(modelMetric)),
            ],
        ]
    }

    static func registeredModel(_ model: RegisteredModel) -> JSONValue {
        [
            "name": .string(model.name),
            "creation_timestamp": .integer(model.creationTime),
            "last_updated_timestamp": .integer(model.lastUpdateTime),
            "description": model.description.map { .string($0) },
            "latest_versions": .array(latest(of: model).map { version($0, withAliases: false) }),
            "tags": list(model.tags),
            "aliases": .array(
                model.aliases.sorted { $0.key < $1.key }.map {
                    ["alias": .string($0.key.text), "version": .string(String($0.value))]
                }
            ),
        ]
    }

    /// The newest version of each stage, oldest first.
    static func latest(of model: RegisteredModel, in stages: [Stage] = []) -> [ModelVersion] {
        Stage.allCases.filter { stages.isEmpty || stages.contains($0) }
            .compactMap { stage in model.versions.first { $0.stage == stage } }
            .sorted { $0.version < $1.version }
    }

    /// A version; MLflow leaves out the aliases in lists.
    static func version(_ version: ModelVersion, withAliases: Bool) -> JSONValue {
        [
            "name": .string(version.model), "version": .string(String(version.version)),
            "creation_timestamp": .integer(version.creationTime),
            "last_updated_timestamp": .integer(version.lastUpdateTime),
            "user_id": .string(version.user),
            "current_stage": .string(version.stage.rawValue),
            "description": .string(version.description ?? ""),
            "source": .string(ArtifactLocation.wire(version.source)),
            "run_id": .string(version.run ?? ""),
            "status": .string(version.status),
            "run_link": .string(version.runLink ?? ""),
            "model_id": version.loggedModel.map { .string($0) },
            "tags": list(version.tags),
            "aliases": withAliases ? .array(version.aliases.map { .string($0) }) : nil,
        ]
    }

    static func version(_ version: ModelVersion) -> JSONValue {
        Self.version(version, withAliases: true)
    }

    /// A page of results under the call's name for them.
    static func page<Item>(
        _ name: String,
        _ result: SearchResult<Item>,
        _ item: (Item) -> JSONValue
    ) -> JSONValue {
        [
            name: .array(result.items.map(item)),
            "next_page_token": result.nextPageToken.map { .string($0) },
        ]
    }

    private static func list(_ values: [TrackingKey: String]) -> JSONValue {
        .array(
            values.sorted { $0.key < $1.key }.map {
                ["key": .string($0.key.text), "value": .string($0.value)]
            }
        )
    }
}
