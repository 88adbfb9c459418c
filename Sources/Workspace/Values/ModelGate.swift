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
    }

    /// The registered model.
    public var name: String
    /// The version.
    public var version: Int
    /// Whether the version may be deployed by this user.
    public var passed: Bool
    /// One finding for everything that the gate wants; none where there is no gate.
    public var findings: [Finding]
}

/// Where one registered model stands.
public struct DeploymentSummary: Equatable, Sendable, Codable {
    /// The registered model's name.
    public var name: String
    /// The version in use; nil where none is.
    public var deployed: Int?
    /// The change that brought it into use; nil where another program did.
    public var deployment: RegistryChange?
    /// Why it was brought into use, as was said then.
    public var reason: String
    /// The versions in Staging, the newest first.
    public var staging: [Int]
    /// The newest version; nil where there is none.
    public var newest: Int?
    /// What must hold before another one is deployed; nil where nothing must.
    public var gate: ModelGate?
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
}
