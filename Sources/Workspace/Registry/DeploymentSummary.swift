public import Registry

/// The deployment of one registered model.
///
/// Unlike Registry's `DeploymentStatus`, it contains only the numbers of versions, as printed by
/// `--json`.
public struct DeploymentSummary: Equatable, Sendable, Encodable {
    /// The registered model's name.
    public var name: String
    /// The deployed version; nil if there is none.
    public var deployed: Int?
    /// The change that deployed it; nil if another program did.
    public var deployment: RegistryChange?
    /// The reason given for the deployment.
    public var reason: String
    /// The versions in Staging, newest first.
    public var staging: [Int]
    /// The newest version; nil if there is none.
    public var newest: Int?
    /// The gate; nil if there is none.
    public var gate: Gate?
    /// The versions that clients report, by environment.
    public var reports: [DeploymentReport]

    /// The reports of a version other than the deployed one.
    public var alarms: [DeploymentReport] {
        reports.filter { Int($0.version) != deployed || deployed == nil }
    }

    /// A report in a few words, marked if it is not of the deployed version.
    public func words(of report: DeploymentReport) -> String {
        "\(report.environment) v\(report.version)\(alarms.contains(report) ? "!" : "")"
    }

    /// Creates a row of the board.
    public init(
        name: String,
        deployed: Int? = nil,
        deployment: RegistryChange? = nil,
        reason: String = "",
        staging: [Int] = [],
        newest: Int? = nil,
        gate: Gate? = nil,
        reports: [DeploymentReport] = []
    ) {
        self.name = name
        self.deployed = deployed
        self.deployment = deployment
        self.reason = reason
        self.staging = staging
        self.newest = newest
        self.gate = gate
        self.reports = reports
    }
}
