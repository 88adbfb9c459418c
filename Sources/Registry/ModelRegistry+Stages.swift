import GRDB
import Platform
import Tracking

extension ModelRegistry {
    /// Moves a version to another stage.
    ///
    /// - Parameter archivingOthers: Whether versions that are in that stage, Staging or
    ///   Production, are archived.
    /// - Throws: `RegistryError` with code `refused` if the version would enter Production and
    ///   does not pass the model's gate.
    @discardableResult
    public func transition(
        _ model: String,
        version: Int,
        to stage: Stage,
        archivingOthers: Bool = false,
        by author: Author? = nil,
        reason: String = ""
    ) throws -> ModelVersion {
        guard !archivingOthers || stage == .staging || stage == .production else {
            throw RegistryError(
                .invalidValue,
                "Only versions in Staging or Production can make way for another, not those in "
                    + "\(stage.rawValue)."
            )
        }
        return try changeVersion(
            model,
            .stage,
            version: version,
            by: author,
            reason: reason
        ) { db, entry in
            let old = try ModelVersion.find(db, model: model, version: version)
            entry.detail = "from \(old.stage.rawValue) to \(stage.rawValue)"
            try set(db, stage, of: model, version: version)
            if archivingOthers { try archiveOthers(db, in: stage, of: model, but: version) }
        }
    }

    /// Points an alias at a version, whatever it named before.
    ///
    /// - Throws: `RegistryError` with code `refused` for the alias `production` if the version
    ///   does not pass the model's gate.
    public func setAlias(
        _ alias: String,
        of model: String,
        to version: Int,
        by author: Author? = nil,
        reason: String = ""
    ) throws {
        try Names.check(alias: alias)
        try change(
            model,
            .setAlias,
            version: version,
            detail: alias,
            by: author,
            reason: reason
        ) { db, _ in
            try checkExists(db, model, version)
            try put(db, alias: alias, of: model, version: version)
        }
    }

    /// Removes an alias.
    ///
    /// Without `production`, the newest version that is in stage Production is the deployed one.
    ///
    /// - Parameter mustExist: Whether a missing alias is an error; otherwise nothing is done.
    /// - Throws: `RegistryError` with code `notFound` if there is no such model or alias.
    public func deleteAlias(
        _ alias: String,
        of model: String,
        mustExist: Bool = true,
        by author: Author? = nil,
        reason: String = ""
    ) throws {
        try change(model, .deleteAlias, by: author, reason: reason) { db, entry in
            let found = try RegisteredModel.find(db, name: model)
            guard let version = found.aliases[TrackingKey(alias)] else {
                guard mustExist else { return }
                throw RegistryError(.notFound, "Registered model alias \(alias) not found.")
            }
            entry.version = version
            entry.detail = alias
            try db.execute(
                sql: "DELETE FROM registered_model_aliases WHERE name = ? AND alias = ?",
                arguments: [model, alias]
            )
        }
    }

    func set(_ db: Database, _ stage: Stage, of model: String, version: Int) throws {
        try db.execute(
            sql: "UPDATE model_versions SET current_stage = ? WHERE name = ? AND version = ?",
            arguments: [stage.rawValue, model, version]
        )
    }

    func archiveOthers(
        _ db: Database,
        in stage: Stage,
        of model: String,
        but version: Int
    ) throws {
        try db.execute(
            sql: """
                UPDATE model_versions SET current_stage = 'Archived'
                WHERE name = ? AND version <> ? AND current_stage = ?
                """,
            arguments: [model, version, stage.rawValue]
        )
    }

    func put(_ db: Database, alias: String, of model: String, version: Int) throws {
        try db.execute(
            sql: """
                INSERT INTO registered_model_aliases (alias, version, name) VALUES (?, ?, ?)
                ON CONFLICT (name, alias) DO UPDATE SET version = excluded.version
                """,
            arguments: [alias, version, model]
        )
    }
}
