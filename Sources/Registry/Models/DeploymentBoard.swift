public import Tracking

/// The deployment status of one registered model, a row of the board.
public struct DeploymentStatus: Sendable, Equatable {
    /// The registered model's name.
    public var model: String
    /// The deployed version, if one is.
    public var deployed: ModelVersion?
    /// The change that deployed it: who, when and why; nil if another program did.
    public var deployment: RegistryChange?
    /// The versions in Staging, newest first.
    public var staging: [ModelVersion]
    /// The newest version, if there is one.
    public var newest: ModelVersion?
    /// The gate for deployments, if the model has one.
    public var gate: Gate?
    /// What clients report to use, by environment.
    public var reports: [DeploymentReport]

    /// Creates a row from its parts.
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

/// The version that a client reports to use: the tag `deployed.ENVIRONMENT` of a registered model.
///
/// It is a tag so that MLflow's own clients can report without knowing this program:
/// `client.set_registered_model_tag("faq", "deployed.seoul", "3")`.
public struct DeploymentReport: Sendable, Equatable, Encodable {
    /// The prefix of the tag's name.
    public static let prefix = "deployed."

    /// The environment, as the client names it.
    public var environment: String
    /// The reported text: a version's number if the report is valid.
    public var version: String

    /// Creates a report.
    public init(environment: String, version: String) {
        self.environment = environment
        self.version = version
    }

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
    /// One parameter or metric, with a value per version in the order of the versions.
    public struct Row<Value: Sendable & Equatable>: Sendable, Equatable {
        /// The parameter's or metric's name.
        public var key: TrackingKey
        /// A value per version; nil if its run has none, or it has no run.
        public var values: [Value?]

        /// Creates a row from its parts.
        public init(key: TrackingKey, values: [Value?]) {
            self.key = key
            self.values = values
        }
    }

    /// The compared versions with their stages, aliases and runs, in the requested order.
    public var versions: [ModelVersion]
    /// The parameters of their runs whose values are not all the same, by name.
    public var differingParams: [Row<String>]
    /// The last values of all metrics of their runs, by name; NaN where NaN was logged.
    public var metrics: [Row<Double>]

    /// Creates a comparison from its parts.
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
