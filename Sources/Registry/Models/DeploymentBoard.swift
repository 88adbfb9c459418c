public import Tracking

/// Where one registered model stands, as a row of the board.
public struct DeploymentStatus: Sendable, Equatable {
    /// The registered model's name.
    public var model: String
    /// The deployed version, if one is.
    public var deployed: ModelVersion?
    /// The change that deployed it: who, when and why; nil where another program did.
    public var deployment: RegistryChange?
    /// The versions in Staging, the newest first.
    public var staging: [ModelVersion]
    /// The newest version, if there is one.
    public var newest: ModelVersion?
    /// What must hold before another version is deployed, if anything must.
    public var gate: Gate?
    /// What clients say they use, by environment.
    public var reports: [DeploymentReport]

    /// Makes a row of its parts.
    public init(
        model: String,
        deployed: ModelVersion? = nil,
        deployment: RegistryChange? = nil,
        staging: [ModelVersion] = [],
        newest: ModelVersion? = nil,
        gate: Gate? = nil,
        reports: [DeploymentReport] = []
    ) {
        self.model = model
        self.deployed = deployed
        self.deployment = deployment
        self.staging = staging
        self.newest = newest
        self.gate = gate
        self.reports = reports
    }
}

/// Which version a client says it uses: the tag `deployed.ENVIRONMENT` of a registered model.
///
/// A tag, so that MLflow's own clients can report without knowing of the workbench:
/// `client.set_registered_model_tag("faq", "deployed.seoul", "3")`.
public struct DeploymentReport: Sendable, Equatable {
    /// What the tag's name starts with.
    public static let prefix = "deployed."

    /// Where, as the client calls it.
    public var environment: String
    /// What it said: a version's number, if it is a proper report.
    public var version: String

    /// The reports among a model's tags, by environment.
    static func read(_ tags: [TrackingKey: String]) -> [DeploymentReport] {
        tags.filter { $0.key.text.hasPrefix(prefix) && $0.key.text.count > prefix.count }
            .map { tag in
                DeploymentReport(
                    environment: String(tag.key.text.dropFirst(prefix.count)),
                    version: tag.value
                )
            }
            .sorted { $0.environment < $1.environment }
    }
}

/// Versions of a model side by side.
public struct VersionComparison: Sendable, Equatable {
    /// One parameter or metric: a value a version, in the order of the versions.
    public struct Row<Value: Sendable & Equatable>: Sendable, Equatable {
        /// The parameter's or metric's name.
        public var key: TrackingKey
        /// A value a version; nil where its run has none, or it has no run.
        public var values: [Value?]

        /// Makes a row of its parts.
        public init(key: TrackingKey, values: [Value?]) {
            self.key = key
            self.values = values
        }
    }

    /// The compared versions with their stages, aliases and runs, in the order asked for.
    public var versions: [ModelVersion]
    /// The parameters of their runs whose values are not all the same, by name.
    public var differingParams: [Row<String>]
    /// The last values of all metrics of their runs, by name; NaN where NaN was logged.
    public var metrics: [Row<Double>]

    /// Makes a comparison of its parts.
    public init(
        versions: [ModelVersion],
        differingParams: [Row<String>],
        metrics: [Row<Double>]
    ) {
        self.versions = versions
        self.differingParams = differingParams
        self.metrics = metrics
    }
}
