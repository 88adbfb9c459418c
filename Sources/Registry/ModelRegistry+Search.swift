import Database
import GRDB
import Platform
public import Tracking

extension SearchSchema {
    fileprivate static let models = SearchSchema(
        subject: "registered model",
        attributes: [
            "name": .text("registered_models.name"),
            "creation_timestamp": .order("registered_models.creation_time"),
            "last_updated_timestamp": .order("registered_models.last_updated_time"),
            "timestamp": .order("registered_models.last_updated_time"),
        ],
        tags: Details(
            table: "registered_model_tags",
            owner: "name",
            id: "registered_models.name"
        ),
        hidesPrompts: true,
        tieBreak: ["registered_models.name"]
    )

    fileprivate static let versions = SearchSchema(
        subject: "model version",
        attributes: [
            "name": .text("model_versions.name"),
            "version_number": .number("model_versions.version"),
            "run_id": .text("model_versions.run_id"),
            "source_path": .text("model_versions.source"),
            "creation_timestamp": .order("model_versions.creation_time"),
            "last_updated_timestamp": .order("model_versions.last_updated_time"),
        ],
        tags: Details(
            table: "model_version_tags",
            owner: "name, version",
            id: "(model_versions.name, model_versions.version)"
        ),
        hidesPrompts: true,
        tieBreak: ["model_versions.name", "model_versions.version DESC"]
    )
}

extension ModelRegistry {
    /// A page of the registered models that match a filter in MLflow's search language.
    ///
    /// Prompts, which MLflow stores among the models, are left out unless the filter asks for them.
    ///
    /// - Throws: `TrackingError` with code `invalidValue` for an invalid filter or order.
    public func searchModels(
        filter: String = "",
        orderBy: [String] = [],
        limit: Int = 100,
        pageToken: String? = nil
    ) throws -> SearchResult<RegisteredModel> {
        let statement = try SearchStatement(.models, filter: filter, orderBy: orderBy)
        let page = try SearchPage(limit: limit, maximum: 1000, token: pageToken)
        return try store.read { db in
            let found = try statement.rows(
                db,
                columns: "registered_models.name",
                from: "registered_models",
                page
            )
            let models = try found.rows.map { try RegisteredModel.find(db, name: $0[0]) }
            return SearchResult(items: models, nextPageToken: found.next)
        }
    }

    /// A page of the versions that match a filter; see `searchModels`.
    ///
    /// By default, those that were changed last come first; ties are ordered by name, newest
    /// version first.
    public func searchVersions(
        filter: String = "",
        orderBy: [String] = [],
        limit: Int = 10_000,
        pageToken: String? = nil
    ) throws -> SearchResult<ModelVersion> {
        let order = orderBy.isEmpty ? ["last_updated_timestamp DESC"] : orderBy
        var statement = try SearchStatement(.versions, filter: filter, orderBy: order)
        let page = try SearchPage(limit: limit, maximum: 200_000, token: pageToken)
        statement.require("model_versions.current_stage <> '\(Stage.deleted)'")
        return try store.read { db in
            let found = try statement.rows(
                db,
                columns: "model_versions.name, model_versions.version",
                from: "model_versions",
                page
            )
            // A model's versions are read together, whatever their order here.
            var models: [TrackingKey: [ModelVersion]] = [:]
            let versions = try found.rows.compactMap { row -> ModelVersion? in
                let name = TrackingKey(row[0])
                let number: Int = row[1]
                let all = try models[name] ?? ModelVersion.fetch(db, model: name.text)
                models[name] = all
                return all.first { $0.version == number }
            }
            return SearchResult(items: versions, nextPageToken: found.next)
        }
    }

    /// Renames a registered model; earlier changes cannot be undone afterwards.
    ///
    /// - Throws: `RegistryError` with code `refused` if the model has a gate: another model that
    ///   takes the old name, under which it is used, would have none.
    @discardableResult
    public func rename(
        _ model: String,
        to name: String,
        by author: Author? = nil,
        reason: String = ""
    ) throws -> RegisteredModel {
        try Names.check(model: name)
        return try store.write(.full) { db, changes in
            changes.note(.registeredModel, model)
            changes.note(.registeredModel, name)
            var entry = try newEntry(db, model, .renameModel, by: author, reason: reason)
            try checkExists(db, model, nil)
            try checkNoGate(db, model, for: "renamed")
            guard try !RegisteredModel.exists(db, name: name) else {
                throw RegistryError(
                    .alreadyExists,
                    "Registered Model (name=\(name)) already exists."
                )
            }
            try db.execute(
                sql: "UPDATE registered_models SET name = ?, last_updated_time = ? WHERE name = ?",
                arguments: [name, entry.time, model]
            )
            // The history is renamed with the model, so that rollback still works; undo does not,
            // since the rows that it would restore have the old name.
            try db.execute(
                sql: "UPDATE wb_deployments SET model = ? WHERE model = ?",
                arguments: [name, model]
            )
            try db.execute(
                sql: "UPDATE wb_undo SET model = ? WHERE model = ?",
                arguments: [name, model]
            )
            entry.model = name
            entry.detail = "from \(model)"
            try entry.insert(db)
            return try RegisteredModel.find(db, name: name)
        }
    }
}
