import GRDB
import Platform
import Tracking

extension ModelRegistry {
    /// Deploys a version: sets stage Production and the alias `production` and archives the
    /// versions that were in Production, all in one transaction.
    ///
    /// - Parameter expected: The deployed version that the person saw when they decided. If
    ///   another one, or none, is deployed now, nothing is changed.
    /// - Throws: `RegistryError` with code `refused` if the version does not pass the model's
    ///   gate.
    @discardableResult
    public func promote(
        _ model: String,
        version: Int,
        replacing expected: Int? = nil,
        by author: Author? = nil,
        reason: String = ""
    ) throws -> ModelVersion {
        try changeVersion(
            model,
            .promote,
            version: version,
            by: author,
            reason: reason
        ) { db, entry in
            try check(expected, is: entry.deployedBefore, of: model)
            try deploy(db, model, version)
        }
    }

    /// Deploys the version again that was deployed before the present one.
    ///
    /// A second rollback goes back one more deployment. If no version is deployed and all those
    /// before were deleted, the existing version that was deployed last is deployed. The model's
    /// gate is not checked: an earlier deployment can always be restored.
    ///
    /// - Parameters:
    ///   - expected: As for `promote`.
    ///   - target: The version that the person saw as the one to be deployed. If it is another
    ///     now, nothing is changed.
    /// - Throws: `RegistryError` with code `nothingBefore` if there is none.
    @discardableResult
    public func rollback(
        _ model: String,
        replacing expected: Int? = nil,
        to target: Int? = nil,
        by author: Author? = nil,
        reason: String = ""
    ) throws -> ModelVersion {
        try changeVersion(model, .rollback, by: author, reason: reason) { db, entry in
            try check(expected, is: entry.deployedBefore, of: model)
            let version = try deployedBefore(db, model)
            guard target == nil || target == version else {
                throw RegistryError(
                    .conflict,
                    "A rollback of '\(model)' would now deploy version \(version).",
                    hint: "look at the history of \(model) and decide again"
                )
            }
            entry.version = version
            try deploy(db, model, version)
        }
    }

    /// The version that `rollback` would deploy, so that a dialog can name it.
    ///
    /// - Throws: as `rollback` does.
    public func rollbackTarget(_ model: String) throws -> ModelVersion {
        try store.read { db in
            try ModelVersion.find(db, model: model, version: try deployedBefore(db, model))
        }
    }

    private func deploy(_ db: Database, _ model: String, _ version: Int) throws {
        _ = try ModelVersion.find(db, model: model, version: version)
        try set(db, .production, of: model, version: version)
        try archiveOthers(db, in: .production, of: model, but: version)
        try put(db, alias: Deployment.alias, of: model, version: version)
    }

    private func check(_ expected: Int?, is deployed: Int?, of model: String) throws {
        guard let expected, expected != deployed else { return }
        let now = deployed.map { "version \($0)" } ?? "no version"
        throw RegistryError(
            .conflict,
            "Now \(now) of '\(model)' is deployed, unlike before.",
            hint: "look at the history of \(model) and decide again"
        )
    }

    private func nothingBefore(
        _ deployed: Int?,
        earlier: [Int],
        existing: Set<Int>,
        of model: String
    ) -> String {
        let gone = Set(earlier).subtracting(existing).sorted().map { "\($0)" }
        guard !gone.isEmpty else {
            return deployed.map { "No version of '\(model)' was deployed before version \($0)." }
                ?? "No version of '\(model)' is or was deployed."
        }
        let what =
            deployed.map {
                "No remaining version of '\(model)' was deployed before version \($0)."
            }
            ?? "No remaining version of '\(model)' is or was deployed."
        let versions = gone.count > 1 ? "versions" : "version"
        return "\(what) Deployed and deleted since: \(versions) \(gone.joined(separator: ", "))."
    }

    private func deployedBefore(_ db: Database, _ model: String) throws -> Int {
        let registered = try RegisteredModel.find(db, name: model)
        let entries = try RegistryChange.fetch(
            db,
            where: "wb_deployments.model = ? AND state = 'applied'",
            [model]
        )
        var stack = DeploymentStack(entries.reversed())
        let existing = Set(registered.versions.map(\.version))
        let deployed = registered.deployedVersion
        if let version = stack.version(before: deployed, among: existing) { return version }
        let earlier = stack.deployedOnce.filter { $0 != deployed }
        if deployed == nil, let last = earlier.last(where: existing.contains) { return last }
        throw RegistryError(
            .nothingBefore,
            nothingBefore(deployed, earlier: earlier, existing: existing, of: model),
            hint: "promote the version you want"
        )
    }
}
