import GRDB
import Platform
import Tracking

extension RegisteredModel {
    /// The models that meet a condition on `registered_models`, by name.
    static func fetch(
        _ db: Database,
        where condition: String = "1",
        _ arguments: StatementArguments = []
    ) throws -> [RegisteredModel] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT name, creation_time, last_updated_time, description FROM registered_models
                WHERE \(condition) ORDER BY name
                """
        )
        return try Row.fetchAll(statement, arguments: arguments).map { row in
            let name: String = row[0]
            return RegisteredModel(
                name: name,
                creationTime: row[1] ?? 0,
                lastUpdateTime: row[2] ?? 0,
                description: row[3],
                tags: try tags(db, name),
                aliases: try aliases(db, name),
                versions: try ModelVersion.fetch(db, model: name),
                deployedVersion: try Deployment.version(db, of: name)
            )
        }
    }

    static func find(_ db: Database, name: String) throws -> RegisteredModel {
        guard let found = try fetch(db, where: "name = ?", [name]).first else {
            throw notFound(name)
        }
        return found
    }

    static func exists(_ db: Database, name: String) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT 1 FROM registered_models WHERE name = ?"
        )
        return try Int.fetchOne(statement, arguments: [name]) != nil
    }

    static func notFound(_ name: String) -> RegistryError {
        RegistryError(
            .notFound,
            "Registered Model with name=\(name) not found.",
            hint: "list the registered models"
        )
    }

    private static func tags(_ db: Database, _ name: String) throws -> [TrackingKey: String] {
        let statement = try db.cachedStatement(
            sql: "SELECT key, value FROM registered_model_tags WHERE name = ?"
        )
        return try Row.fetchAll(statement, arguments: [name])
            .reduce(into: [:]) { $0[TrackingKey($1[0])] = $1[1] ?? "" }
    }

    private static func aliases(_ db: Database, _ name: String) throws -> [TrackingKey: Int] {
        let statement = try db.cachedStatement(
            sql: "SELECT alias, version FROM registered_model_aliases WHERE name = ?"
        )
        return try Row.fetchAll(statement, arguments: [name])
            .reduce(into: [:]) { $0[TrackingKey($1[0])] = $1[1] }
    }
}

extension ModelVersion {
    /// The versions of a model that were not deleted, newest first.
    static func fetch(_ db: Database, model: String) throws -> [ModelVersion] {
        var tags: [Int: [TrackingKey: String]] = [:]
        let tagStatement = try db.cachedStatement(
            sql: "SELECT version, key, value FROM model_version_tags WHERE name = ?"
        )
        for row in try Row.fetchAll(tagStatement, arguments: [model]) {
            tags[row[0], default: [:]][TrackingKey(row[1])] = row[2] ?? ""
        }
        var aliases: [Int: [String]] = [:]
        let aliasStatement = try db.cachedStatement(
            sql: """
                SELECT version, alias FROM registered_model_aliases WHERE name = ? ORDER BY alias
                """
        )
        for row in try Row.fetchAll(aliasStatement, arguments: [model]) {
            aliases[row[0], default: []].append(row[1])
        }
        let statement = try db.cachedStatement(
            sql: """
                SELECT version, current_stage, source, run_id, status, storage_location,
                    description, user_id, creation_time, last_updated_time, run_link
                FROM model_versions
                WHERE name = ? AND current_stage <> '\(Stage.deleted)' ORDER BY version DESC
                """
        )
        return try Row.fetchAll(statement, arguments: [model]).map { row in
            ModelVersion(
                model: model,
                version: row[0],
                stage: Stage(rawValue: row[1] ?? "") ?? .none,
                source: row[2] ?? "",
                run: row[3],
                runLink: row[10],
                status: row[4] ?? "",
                storageLocation: row[5] ?? row[2] ?? "",
                description: row[6],
                user: row[7] ?? "",
                creationTime: row[8] ?? 0,
                lastUpdateTime: row[9] ?? 0,
                tags: tags[row[0]] ?? [:],
                aliases: aliases[row[0]] ?? []
            )
        }
    }

    static func find(_ db: Database, model: String, version: Int) throws -> ModelVersion {
        guard try RegisteredModel.exists(db, name: model) else {
            throw RegisteredModel.notFound(model)
        }
        guard let found = try fetch(db, model: model).first(where: { $0.version == version }) else {
            throw RegistryError(
                .notFound,
                "Model Version (name=\(model), version=\(version)) not found.",
                hint: "list the model's versions"
            )
        }
        return found
    }
}

/// Which version of a model is deployed.
enum Deployment {
    /// The alias that names it.
    static let alias = "production"

    /// The version that the alias `production` names, else the newest version in stage Production.
    static func version(_ db: Database, of model: String) throws -> Int? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT coalesce(
                    (SELECT version FROM registered_model_aliases JOIN model_versions
                        USING (name, version)
                     WHERE name = ?1 AND alias = '\(alias)' AND current_stage <> '\(Stage.deleted)'),
                    (SELECT max(version) FROM model_versions
                     WHERE name = ?1 AND current_stage = 'Production'))
                """
        )
        return try Int.fetchOne(statement, arguments: [model])
    }
}
