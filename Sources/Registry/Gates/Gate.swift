public import Tracking

/// The conditions that a version of a model must meet to be deployed.
///
/// The gate is checked when a version is deployed: by `promote`, by `transition` to Production and
/// by `setAlias` of `production`. `rollback`, `undo` and `redo` restore an earlier deployment
/// without a check, so that they are always possible; a version that is deployed when a gate is set
/// stays deployed.
public struct Gate: Sendable, Equatable {
    /// How a metric is compared with its bound.
    public enum Comparison: String, Sendable, Codable, CaseIterable {
        /// Smaller.
        case less = "<"
        /// Smaller or equal.
        case lessOrEqual = "<="
        /// Larger.
        case greater = ">"
        /// Larger or equal.
        case greaterOrEqual = ">="

        func holds(_ value: Double, _ bound: Double) -> Bool {
            switch self {
            case .less: value < bound
            case .lessOrEqual: value <= bound
            case .greater: value > bound
            case .greaterOrEqual: value >= bound
            }
        }
    }

    /// What a metric is compared with.
    public enum Bound: Sendable, Equatable {
        /// A number.
        case value(Double)
        /// The same metric of the deployed version, plus a margin. If no version is deployed, any
        /// known value passes.
        case deployed(margin: Double)
    }

    /// A condition on the last value of a metric of the version's run.
    ///
    /// A metric that was not logged and NaN fail, and so does a version whose files its run did not
    /// make. Values from before the run's end take precedence. A value that a client logged later
    /// counts only if there was none before, and the history says so.
    public struct Condition: Sendable, Equatable {
        /// The metric.
        public var metric: TrackingKey
        /// How it is compared.
        public var comparison: Comparison
        /// What it is compared with.
        public var bound: Bound

        /// Creates a condition from its parts.
        public init(_ metric: TrackingKey, _ comparison: Comparison, _ bound: Bound) {
            self.metric = metric
            self.comparison = comparison
            self.bound = bound
        }
    }

    /// Who must have approved a version; never the person who deploys it.
    public enum Approval: Sendable, Equatable {
        /// Any other person.
        case anyone
        /// One of these: `user` on any machine, or `user@host`.
        case oneOf([TrackingKey])
    }

    /// The conditions, all of which must hold.
    public var conditions: [Condition]
    /// Who must have approved; nil if no approval is needed.
    public var approval: Approval?

    /// Creates a gate from its parts.
    public init(_ conditions: [Condition] = [], approval: Approval? = nil) {
        self.conditions = conditions
        self.approval = approval
    }
}

/// A person's approval of a version.
public struct VersionApproval: Sendable, Equatable {
    /// Who, `user@host`.
    public var author: String
    /// When, in milliseconds since 1970.
    public var time: Int
    /// Why.
    public var reason: String
    /// The number of the user of this machine who gave it, if known.
    public var account: Int?

    /// Creates an approval from its parts.
    public init(author: String, time: Int, reason: String, account: Int? = nil) {
        self.author = author
        self.time = time
        self.reason = reason
        self.account = account
    }
}

/// The result of checking a version against a gate.
public struct GateReport: Sendable, Equatable {
    /// The result for one requirement of the gate.
    public struct Finding: Sendable, Equatable, Encodable {
        /// A metric's name, or `approval`.
        public var subject: String
        /// The requirement, such as `<= 1.9`.
        public var wanted: String
        /// The value found, such as `2.1` or `not logged`.
        public var found: String
        /// Whether it meets the requirement.
        public var passed: Bool
        /// A remark for the history if the version is deployed.
        public var note: String?

        private enum CodingKeys: CodingKey {
            case subject, wanted, found, passed
        }

        /// Creates a finding from its parts.
        public init(
            subject: String,
            wanted: String,
            found: String,
            passed: Bool,
            note: String? = nil
        ) {
            self.subject = subject
            self.wanted = wanted
            self.found = found
            self.passed = passed
            self.note = note
        }
    }

    /// The registered model.
    public var model: String
    /// The version.
    public var version: Int
    /// The version that was deployed at the time of the check, if any.
    public var deployedVersion: Int?
    /// One finding for each condition and for the approval; none if there is no gate.
    public var findings: [Finding]

    /// Creates a report from its parts.
    public init(model: String, version: Int, deployedVersion: Int?, findings: [Finding]) {
        self.model = model
        self.version = version
        self.deployedVersion = deployedVersion
        self.findings = findings
    }

    /// Whether the version may be deployed.
    public var passed: Bool { findings.allSatisfy(\.passed) }
}

extension GateReport: Encodable {
    private enum CodingKeys: CodingKey {
        case name, version, passed, findings
    }

    /// Writes the model as `name`, as commands show it.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(model, forKey: .name)
        try values.encode(version, forKey: .version)
        try values.encode(passed, forKey: .passed)
        try values.encode(findings, forKey: .findings)
    }
}
