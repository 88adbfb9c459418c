public import Runs

/// A comparison of versions of a registered model.
public struct RegisteredVersionComparison: Equatable, Sendable, Codable {
    /// The registered model's name.
    public var name: String
    /// The versions, in the order asked for.
    public var versions: [RegisteredModelSummary.Version]
    /// Parameters of their runs whose values differ.
    public var differingParameters: [RunComparison.Row]
    /// The last values of all metrics of their runs, the best marked.
    public var metrics: [RunComparison.Row]

    /// Creates a comparison.
    public init(
        name: String,
        versions: [RegisteredModelSummary.Version],
        differingParameters: [RunComparison.Row],
        metrics: [RunComparison.Row]
    ) {
        self.name = name
        self.versions = versions
        self.differingParameters = differingParameters
        self.metrics = metrics
    }
}
