import Tracking

/// The contents of a file that was written for MLflow.
public struct ExportSummary: Sendable, Equatable {
    /// The file.
    public var path: String
    /// Its size in bytes.
    public var byteCount: Int
    /// Experiments in it, also those in the trash.
    public var experiments: Int
    /// Runs in it, also those in the trash.
    public var runs: Int
    /// Points of metrics in it.
    public var metricPoints: Int
    /// Logged models in it.
    public var loggedModels: Int
    /// Registered models in it.
    public var registeredModels: Int
    /// Versions of registered models in it.
    public var modelVersions: Int

    /// Creates a summary from its parts.
    public init(
        path: String,
        byteCount: Int,
        experiments: Int,
        runs: Int,
        metricPoints: Int,
        loggedModels: Int,
        registeredModels: Int,
        modelVersions: Int
    ) {
        self.path = path
        self.byteCount = byteCount
        self.experiments = experiments
        self.runs = runs
        self.metricPoints = metricPoints
        self.loggedModels = loggedModels
        self.registeredModels = registeredModels
        self.modelVersions = modelVersions
    }
}
