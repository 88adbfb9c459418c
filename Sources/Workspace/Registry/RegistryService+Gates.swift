import Platform
import Registry
import Runs
import Tracking

extension RegistryService {
    /// What must hold before a version of a model is deployed; nil where nothing must.
    ///
    /// Blocks.
    public func gate(_ name: String) throws -> ModelGate? {
        try WorkspaceError.wording { try registry.gate(of: name).map(ModelGate.init) }
    }

    /// Sets a model's gate, or removes it with nil.
    ///
    /// From then on a promotion, the stage Production and the alias `production` are refused with
    /// the code `conflict` to versions that do not pass. A rollback is not.
    ///
    /// Blocks.
    public func setGate(_ name: String, to gate: ModelGate?, reason: String = "") throws {
        try change {
            try registry.setGate(try gate.map { try Gate($0) }, of: name, reason: reason)
        }
    }

    /// Approves a version in this user's name.
    ///
    /// Blocks.
    public func approve(_ name: String, version: Int, reason: String = "") throws {
        try change { try registry.approve(name, version: version, reason: reason) }
    }

    /// What the gate would say if this user deployed a version now.
    ///
    /// Blocks.
    public func checkGate(_ name: String, version: Int) throws -> GateCheck {
        try WorkspaceError.wording {
            let report = try registry.checkGate(name, version: version)
            return GateCheck(
                name: name,
                version: version,
                passed: report.passed,
                findings: report.findings.map { finding in
                    GateCheck.Finding(
                        subject: finding.subject,
                        wanted: finding.wanted,
                        found: finding.found,
                        passed: finding.passed
                    )
                }
            )
        }
    }

    /// Where every registered model stands, by name.
    ///
    /// Blocks.
    public func board() throws -> [DeploymentSummary] {
        try WorkspaceError.wording {
            try registry.board().map { status in
                DeploymentSummary(
                    name: status.model,
                    deployed: status.deployed?.version,
                    deployment: status.deployment.map(RegistryChange.init),
                    reason: status.deployment?.reason ?? "",
                    staging: status.staging.map(\.version),
                    newest: status.newest?.version,
                    gate: status.gate.map(ModelGate.init),
                    reports: status.reports.map {
                        DeploymentSummary.Report(environment: $0.environment, version: $0.version)
                    }
                )
            }
        }
    }

    /// Versions of a model side by side, in the order given.
    ///
    /// Blocks.
    public func compare(_ name: String, versions: [Int]) throws -> RegisteredVersionComparison {
        try WorkspaceError.wording {
            let found = try registry.compare(name, versions: versions)
            let shown = try show(name).versions
            return RegisteredVersionComparison(
                name: name,
                versions: found.versions.compactMap { version in
                    shown.first { $0.number == version.version }
                },
                differingParameters: found.differingParams.map {
                    RunComparison.Row(key: $0.key.text, values: $0.values)
                },
                metrics: found.metrics.map {
                    RunComparison.Row(metric: $0.key.text, values: $0.values)
                }
            )
        }
    }
}

extension Gate {
    /// Reads what a person wrote.
    init(_ gate: ModelGate) throws {
        let names = gate.approvers.map { TrackingKey($0) }
        self.init(
            try gate.conditions.map { try Condition($0) },
            approval: gate.needsApproval ? (names.isEmpty ? .anyone : .oneOf(names)) : nil
        )
    }
}

extension ModelGate {
    init(_ gate: Gate) {
        var approvers: [String] = []
        if case .oneOf(let names) = gate.approval { approvers = names.map(\.text) }
        self.init(
            conditions: gate.conditions.map(\.description),
            needsApproval: gate.approval != nil,
            approvers: approvers
        )
    }
}
