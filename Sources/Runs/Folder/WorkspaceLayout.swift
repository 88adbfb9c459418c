/// The paths in a workspace folder.
public struct WorkspaceLayout: Equatable, Sendable {
    /// The folder itself.
    public let folder: String

    /// The paths in this folder, which is not accessed.
    public init(folder: String) {
        self.folder = folder
    }

    /// The SQLite file.
    public var database: String { "\(folder)/workbench.db" }
    /// One lock a run, held by the process that executes it.
    public var locks: String { "\(folder)/locks" }
    /// Artifacts of runs in MLflow's layout: `<experiment>/<run>/artifacts`.
    public var artifacts: String { "\(folder)/artifacts" }
    /// Converted, quantized and merged models.
    public var models: String { "\(folder)/models" }
    /// Content-addressed data.
    public var datasets: String { "\(folder)/datasets" }
    /// The files of flows.
    public var flows: String { "\(folder)/flows" }
    /// A folder a flow run: logs and files of attempts.
    public var flowRuns: String { "\(folder)/flow-runs" }
    /// The files of tasks' results, by content.
    public var flowResults: String { "\(folder)/flow-results" }
    /// One file a process.
    public var logs: String { "\(folder)/logs" }
    /// The user's settings.
    public var settings: String { "\(folder)/config.yaml" }

    /// The lock of a run.
    public func lock(run: String) -> String { "\(locks)/\(run)" }

    /// The folder of a run's artifacts.
    public func artifacts(experiment: String, run: String) -> String {
        "\(artifacts)/\(experiment)/\(run)/artifacts"
    }

    package var subfolders: [String] { [locks, artifacts, models, datasets, logs] }
}
