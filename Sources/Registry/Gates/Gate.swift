public import Tracking

/// What must hold before a version of a model is deployed.
///
/// The gate is asked where a version is deployed: by `promote`, by `transition` to Production and
/// by `setAlias` of `production`. `rollback`, `undo` and `redo` bring back what was deployed before
/// and are not asked, so that a way back is always open; what is deployed when a gate is set stays.
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
        /// The same metric of the deployed version, plus a margin. Where no version is deployed
        /// there is nothing to compare with: then a value that is known will do.
        case deployed(margin: Double)
    }

    /// What the last value of a metric of the version's run must be; a metric that was not logged,
    /// and NaN, fail, and so does a version whose files are not what its run made.
    ///
    /// What was measured before the run's end stands. What a client logged later counts where there
    /// was nothing before, and the history says so.
    public struct Condition: Sendable, Equatable {
        /// The metric.
        public var metric: TrackingKey
        /// How it is compared.
        public var comparison: Comparison
        /// What it is compared with.
        public var bound: Bound

        /// Makes a condition of its parts.
        public init(_ metric: TrackingKey, _ comparison: Comparison, _ bound: Bound) {
            self.metric = metric
            self.comparison = comparison
            self.bound = bound
        }
    }

    /// Who must have approved a version, always somebody else than who deploys it.
    public enum Approval: Sendable, Equatable {
        /// Any other person.
        case anyone
        /// One of these: `user` on any machine, or `user@host`.
        case oneOf([TrackingKey])
    }

    /// What the metrics must be; all of it.
    public var conditions: [Condition]
    /// Who must have approved; nobody if nil.
    public var approval: Approval?

    /// Makes a gate of its parts.
    public init(_ conditions: [Condition] = [], approval: Approval? = nil) {
        self.conditions = conditions
        self.approval = approval
    }
}

/// That a person found a version fit for use.
public struct VersionApproval: Sendable, Equatable {
    /// Who, `user@host`.
    public var author: String
    /// When, in milliseconds since 1970.
    public var time: Int
    /// Why.
    public var reason: String
    /// The number of the user of this machine who gave it, where that is known.
    public var account: Int?

    /// Makes an approval of its parts.
    public init(author: String, time: Int, reason: String, account: Int? = nil) {
        self.author = author
        self.time = time
        self.reason = reason
        self.account = account
    }
}

/// What a gate says of a version.
public struct GateReport: Sendable, Equatable {
    /// What was found for one thing that the gate wants.
    public struct Finding: Sendable, Equatable {
        /// A metric's name, or `approval`.
        public var subject: String
        /// What the gate wants, such as `<= 1.9`.
        public var wanted: String
        /// What there is, such as `2.1` or `not logged`.
        public var found: String
        /// Whether that will do.
        public var passed: Bool
        /// What the history tells where the version is deployed nevertheless.
        public var note: String?

        /// Makes a finding of its parts.
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
    /// The version that was deployed when the gate was asked, if one was.
    public var deployedVersion: Int?
    /// One finding for each condition and for the approval; none where there is no gate.
    public var findings: [Finding]

    /// Makes a report of its parts.
    public init(model: String, version: Int, deployedVersion: Int?, findings: [Finding]) {
        self.model = model
        self.version = version
        self.deployedVersion = deployedVersion
        self.findings = findings
    }

    /// Whether the version may be deployed.
    public var passed: Bool { findings.allSatisfy(\.passed) }
}
