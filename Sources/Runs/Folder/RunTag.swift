import JSON
package import Tracking

/// The tags that this program writes on its own runs.
package enum RunTag {
    /// The request as JSON, for resuming and retrying.
    package static let request: TrackingKey = "workbench.request"
    /// `user@host` of the process that executes or executed the run.
    package static let owner = Tag.owner
    /// Process and random number of the execution that may write to the run: see ``RunHold``.
    package static let execution: TrackingKey = "workbench.execution"
    /// Steps the run will have done in the end.
    package static let totalSteps: TrackingKey = "workbench.total_steps"
    /// The step at which the newest checkpoint resumes.
    package static let resumableStep: TrackingKey = "workbench.resumable_step"
    /// The key that signs the manifests of its checkpoints; older runs have none.
    package static let checkpointKey: TrackingKey = "workbench.checkpoint_key"
    /// Why the run waits; empty if it does not.
    package static let paused: TrackingKey = "workbench.paused"
    /// How a run with status KILLED ended: `stopped` or `crashed`.
    package static let ending: TrackingKey = "workbench.ending"
    /// The error of a failed run.
    package static let failure: TrackingKey = "workbench.failure"
    /// The folder of the finished adapter, below the run's artifacts.
    package static let adapter = Tag.adapter
    /// The file of the finished model, below the run's artifacts, if all weights were trained.
    package static let model = Tag.model
    /// The newest alerts of the monitors, as JSON.
    package static let alerts: TrackingKey = "workbench.calls"
    /// The samples of the last evaluation, as JSON.
    package static let samples: TrackingKey = "workbench.answers"
    /// The forecast and measured cost, as JSON.
    package static let cost: TrackingKey = "workbench.cost"
    /// What a person should know about the run's end.
    package static let conclusion: TrackingKey = "workbench.conclusion"
    /// The run whose result a person started this one from.
    package static let origin: TrackingKey = "workbench.started_from"
    /// The loss curve in a few numbers, for lists.
    package static let lossTail: TrackingKey = "workbench.loss_tail"
    /// The snapshot of the training data, relative to the workspace.
    package static let dataset: TrackingKey = "workbench.dataset"
    /// The same for separate evaluation data.
    package static let evaluationDataset: TrackingKey = "workbench.evaluation_dataset"
    /// SHA-256 of the base model's file.
    package static let modelDigest: TrackingKey = "workbench.model_digest"
    /// The file of the base model.
    package static let modelPath: TrackingKey = "workbench.model_path"
    /// SHA-256 of the chat template that rendered the data.
    package static let templateDigest: TrackingKey = "workbench.template_digest"
    /// The run that this one retries.
    package static let retryOf: TrackingKey = "workbench.retry_of"
    /// The run of the phase before this one.
    package static let follows: TrackingKey = "workbench.follows"
    /// The data of the phases that come after this one, separated by commas.
    package static let then: TrackingKey = "workbench.then"
    /// The name of the flow that a run belongs to.
    package static let flow: TrackingKey = "workbench.flow"
    /// Set on a run that stands for a flow run or for a task that trains nothing: `flow` or `task`.
    package static let flowPart: TrackingKey = "workbench.flow_part"
    /// The flow run that a run belongs to.
    package static let flowRun: TrackingKey = "workbench.flow_run"
    /// The task of that flow run.
    package static let flowTask: TrackingKey = "workbench.flow_task"
    /// Set on a run whose work is done by another program: a watched command, or a task of a flow.
    ///
    /// That program may log its metrics by MLflow's client.
    package static let script: TrackingKey = "workbench.script"
    /// The attempt of a watched command, from 1.
    package static let attempt: TrackingKey = "workbench.attempt"
    /// MLflow's tag for a run that belongs to another one.
    package static let parent: TrackingKey = "mlflow.parentRunId"
    /// MLflow's tag for the program that made a run.
    package static let sourceName: TrackingKey = "mlflow.source.name"
    /// MLflow's tag for the kind of that program.
    package static let sourceType: TrackingKey = "mlflow.source.type"
    /// MLflow's tag for the commit that was checked out where the run was started.
    package static let gitCommit: TrackingKey = "mlflow.source.git.commit"
    /// MLflow's tag for its branch.
    package static let gitBranch: TrackingKey = "mlflow.source.git.branch"
    /// MLflow's tag for its repository.
    package static let gitRepository: TrackingKey = "mlflow.source.git.repoURL"
}

extension RunRecord {
    /// The result of the finished run, below its artifacts: an adapter's folder, or a model's file.
    package var result: String? { tags[RunTag.adapter] ?? tags[RunTag.model] }

    /// The alerts of the run's monitors; none if another version wrote them.
    package var alerts: [RunAlert] { decoded(RunTag.alerts) ?? [] }

    /// The samples of the last evaluation.
    package var samples: RunSamples? { decoded(RunTag.samples) }

    /// The forecast and measured cost.
    package var cost: RunCost? { decoded(RunTag.cost) }

    private func decoded<Value: Decodable>(_ tag: TrackingKey) -> Value? {
        tags[tag].flatMap { try? decodeJSON(Value.self, from: Array($0.utf8)) }
    }
}
