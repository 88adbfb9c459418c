import Platform
public import Registry
import Runs
import Tracking

extension RegistryService {
    /// The gate of a model, which a version must pass to be deployed; nil if there is none.
    ///
    /// Blocks.
    public func gate(_ name: String) throws -> Gate? {
        try WorkspaceError.translating { try registry.gate(of: name) }
    }

    /// Sets a model's gate, or removes it with nil.
    ///
    /// From then on, a promotion, the stage Production and the alias `production` are refused with
    /// the code `conflict` for versions that do not pass. Rollbacks are not checked.
    ///
    /// Blocks.
    public func setGate(_ name: String, to gate: Gate?, reason: String = "") throws {
        try change { try registry.setGate(gate, of: name, reason: reason) }
    }

    /// Approves a version in this user's name.
    ///
    /// Blocks.
    public func approve(_ name: String, version: Int, reason: String = "") throws {
        try change { try registry.approve(name, version: version, reason: reason) }
    }

    /// The gate's verdict on this user deploying a version now.
    ///
    /// Blocks.
    public func checkGate(_ name: String, version: Int) throws -> GateReport {
        try WorkspaceError.translating { try registry.checkGate(name, version: version) }
    }

    /// The deployments of all registered models, by name.
    ///
    /// Blocks.
    public func board() throws -> [DeploymentSummary] {
        try WorkspaceError.translating {
            try registry.board().map { status in
                DeploymentSummary(
                    name: status.model,
                    deployed: status.deployed?.version,
                    deployment: status.deployment,
                    reason: status.deployment?.reason ?? "",
                    staging: status.staging.map(\.version),
                    newest: status.newest?.version,
                    gate: status.gate,
                    reports: status.reports
                )
            }
        }
    }

    /// Versions of a model side by side, in the order given.
    ///
    /// Blocks.
    public func compare(_ name: String, versions: [Int]) throws -> RegisteredVersionComparison {
        try WorkspaceError.translating {
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
