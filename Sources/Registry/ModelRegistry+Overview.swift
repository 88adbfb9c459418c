import GRDB
import Platform
import Tracking

extension ModelRegistry {
    /// The deployment status of every registered model, by name.
    public func board() throws -> [DeploymentStatus] {
        try store.read { db in
            try RegisteredModel.fetch(db).map { model in
                DeploymentStatus(
                    model: model.name,
                    deployed: model.deployed,
                    deployment: try lastDeployment(db, of: model),
                    staging: model.versions.filter { $0.stage == .staging },
                    newest: model.versions.first,
                    gate: try Gate.fetch(db, of: model.name),
                    reports: DeploymentReport.read(model.tags)
                )
            }
        }
    }

    /// How many models are registered, and how many versions they have.
    public func counts() throws -> (models: Int, versions: Int) {
        try store.read { db in
            func count(_ rows: String) throws -> Int {
                try Int.fetchOne(db, sql: "SELECT count(*) FROM \(rows)") ?? 0
            }
            return (
                try count("registered_models"),
                try count("model_versions WHERE current_stage <> '\(Stage.deleted)'")
            )
        }
    }

    /// Versions of a model side by side, with the parameters and metrics of their runs.
    ///
    /// - Throws: `RegistryError` with code `invalidValue` for fewer than two versions, and with
    ///   `notFound` for one that does not exist.
    public func compare(_ model: String, versions: [Int]) throws -> VersionComparison {
        guard versions.count > 1 else {
            throw RegistryError(.invalidValue, "Name at least two versions to compare.")
        }
        return try store.read { db in
            let found = try versions.map { try ModelVersion.find(db, model: model, version: $0) }
            let params = try found.map { try loggedParams(db, of: $0) }
            let metrics = try found.map { try lastMetrics(db, of: $0) }
            return VersionComparison(
                versions: found,
                differingParams: rows(params.map { $0.mapValues { TrackingKey($0) } })
                    .filter { Set($0.values).count > 1 }
                    .map { .init(key: $0.key, values: $0.values.map { $0?.text }) },
                metrics: rows(metrics)
            )
        }
    }

    /// The newest change of the deployed version, if it deployed the present one: other programs
    /// deploy without an entry in the history.
    private func lastDeployment(_ db: Database, of model: RegisteredModel) throws -> RegistryChange?
    {
        guard let deployed = model.deployedVersion else { return nil }
        let newest = try RegistryChange.fetch(
            db,
            where: "wb_deployments.model = ? AND version_from IS NOT version_to",
            [model.name],
            limit: 1
        ).first
        return newest?.deployedAfter == deployed ? newest : nil
    }

    private func rows<Value: Sendable & Equatable>(
        _ columns: [[TrackingKey: Value]]
    ) -> [VersionComparison.Row<Value>] {
        Set(columns.flatMap(\.keys)).sorted().map { key in
            .init(key: key, values: columns.map { $0[key] })
        }
    }

    private func loggedParams(
        _ db: Database,
        of version: ModelVersion
    ) throws -> [TrackingKey: String] {
        let statement = try db.cachedStatement(
            sql: "SELECT key, value FROM params WHERE run_uuid = ?"
        )
        return try Row.fetchAll(statement, arguments: [version.run])
            .reduce(into: [:]) { $0[TrackingKey($1[0])] = $1[1] }
    }

    private func lastMetrics(
        _ db: Database,
        of version: ModelVersion
    ) throws -> [TrackingKey: Double] {
        let statement = try db.cachedStatement(
            sql: "SELECT key, value, is_nan FROM latest_metrics WHERE run_uuid = ?"
        )
        return try Row.fetchAll(statement, arguments: [version.run])
            .reduce(into: [:]) { $0[TrackingKey($1[0])] = $1[2] ? .nan : $1[1] }
    }
}
