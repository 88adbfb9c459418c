public import Registry

/// Where one registered model stands.
///
/// It is not Registry's `DeploymentStatus`: of versions it has the numbers alone, as `--json` prints them.
public struct DeploymentSummary: Equatable, Sendable, Encodable {
    /// The registered model's name.
    public var name: String
    /// The deployed version; nil where none is.
    public var deployed: Int?
    /// The change that deployed it; nil where another program did.
    public var deployment: RegistryChange?
    /// Why it was deployed, as was said then.
    public var reason: String
    /// The versions in Staging, the newest first.
    public var staging: [Int]
    /// The newest version; nil where there is none.
    public var newest: Int?
    /// What must hold before another one is deployed; nil where nothing must.
    public var gate: Gate?
    /// What clients say they use, by environment.
    public var reports: [DeploymentReport]

    /// The reports of clients that use another version than the one deployed.
    public var alarms: [DeploymentReport] {
        reports.filter { Int($0.version) != deployed || deployed == nil }
    }

    /// A report in a few words, with a mark where it differs from what is deployed.
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
