public import Runs

/// What must hold before a version of a registered model is deployed, as a person writes it.
public struct ModelGate: Equatable, Sendable, Codable {
    /// Conditions on metrics, such as `eval_loss <= 1.9` or `eval_loss < deployed + 0.05`.
    public var conditions: [String]
    /// Whether somebody else than who deploys must have approved the version.
    public var needsApproval: Bool
    /// Who may approve, by user name or `user@host`; anyone else where it is empty.
    public var approvers: [String]

    /// Creates a gate; naming approvers asks for an approval.
    public init(conditions: [String] = [], needsApproval: Bool = false, approvers: [String] = []) {
        self.conditions = conditions
        self.needsApproval = needsApproval || !approvers.isEmpty
        self.approvers = approvers
    }
}

extension ModelGate {
    private static let approval = "approval"

    /// Who must have approved, in words.
    public var approvalWords: String {
        approvers.isEmpty
            ? "approved by another person" : "approved by \(approvers.joined(separator: " or "))"
    }

    /// The gate in one line, such as `eval_loss <= 1.9, approval by kim or lee`.
    public var line: String {
        let names = approvers.isEmpty ? "" : " by \(approvers.joined(separator: " or "))"
        return (conditions + (needsApproval ? [Self.approval + names] : [])).joined(separator: ", ")
    }

    /// Reads what ``line`` writes; nil for a line without a word, which asks for no gate.
    public init?(line: String) {
        let parts = line.split(separator: ",").map { part in
            part.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        }
        .filter { !$0.isEmpty }
        guard !parts.isEmpty else { return nil }
        self.init()
        for words in parts {
            guard words[0] == Self.approval, words.count == 1 || words[1] == "by" else {
                conditions.append(words.joined(separator: " "))
                continue
            }
            needsApproval = true
            approvers += words.dropFirst(2).filter { $0 != "or" }
        }
    }
}

/// What a gate says of a version.
public struct GateCheck: Equatable, Sendable, Codable {
    /// What was found for one thing that the gate wants.
    public struct Finding: Equatable, Sendable, Codable {
        /// A metric's name, or `approval`.
        public var subject: String
        /// What the gate wants.
        public var wanted: String
        /// What there is.
        public var found: String
        /// Whether that will do.
        public var passed: Bool

        /// Creates a finding.
        public init(subject: String, wanted: String, found: String, passed: Bool) {
            self.subject = subject
            self.wanted = wanted
            self.found = found
            self.passed = passed
        }
    }

    /// The registered model.
    public var name: String
    /// The version.
    public var version: Int
    /// Whether the version may be deployed by this user.
    public var passed: Bool
    /// One finding for everything that the gate wants; none where there is no gate.
    public var findings: [Finding]

    /// Creates what a gate says.
    public init(name: String, version: Int, passed: Bool, findings: [Finding]) {
        self.name = name
        self.version = version
        self.passed = passed
        self.findings = findings
    }
}

/// Where one registered model stands.
public struct DeploymentSummary: Equatable, Sendable, Codable {
    /// Which version a client says it uses: the model's tag `deployed.ENVIRONMENT`.
    public struct Report: Equatable, Sendable, Codable {
        /// Where, as the client calls it.
        public var environment: String
        /// What it said: a version's number, if it is a proper report.
        public var version: String

        /// Creates a report.
        public init(environment: String, version: String) {
            self.environment = environment
            self.version = version
        }
    }

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
    public var gate: ModelGate?
    /// What clients say they use, by environment.
    public var reports: [Report]

    /// The reports of clients that use another version than the one deployed.
    public var alarms: [Report] {
        reports.filter { Int($0.version) != deployed || deployed == nil }
    }

    /// A report in a few words, with a mark where it differs from what is deployed.
    public func words(of report: Report) -> String {
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
        gate: ModelGate? = nil,
        reports: [Report] = []
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

/// Versions of a registered model side by side.
public struct RegisteredVersionComparison: Equatable, Sendable, Codable {
    /// The registered model's name.
    public var name: String
    /// The versions, in the order asked for.
    public var versions: [RegisteredModelSummary.Version]
    /// Parameters of their runs whose values are not all the same.
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
