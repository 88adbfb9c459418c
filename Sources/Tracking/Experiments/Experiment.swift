/// A named set of runs.
public struct Experiment: Sendable, Equatable, Identifiable {
    /// The number that MLflow's clients and the artifact folders use; Default is 0.
    public var id: Int
    /// The unique name.
    public var name: String
    /// The folder of its runs' artifacts, relative to the workspace if it has no scheme.
    public var artifactLocation: String
    /// Whether it is in use.
    public var lifecycle: LifecycleStage
    /// When it was created, in milliseconds since 1970.
    public var creationTime: Int
    /// When it was last changed, in milliseconds since 1970.
    public var lastUpdateTime: Int
    /// Its tags.
    public var tags: [TrackingKey: String]

    /// Creates an experiment from its parts.
    public init(
        id: Int,
        name: String,
        artifactLocation: String,
        lifecycle: LifecycleStage,
        creationTime: Int,
        lastUpdateTime: Int,
        tags: [TrackingKey: String] = [:]
    ) {
        self.id = id
        self.name = name
        self.artifactLocation = artifactLocation
        self.lifecycle = lifecycle
        self.creationTime = creationTime
        self.lastUpdateTime = lastUpdateTime
        self.tags = tags
    }
}
